// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/safetensors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "unit/data/temporary_folder.hpp"
#include "unit/error_code.hpp"

namespace {

using ssl::io::dtype;
using ssl::io::safetensors_file;
using ssl::io::safetensors_writer;

file_bytes file_of(std::string const& header, std::size_t data_bytes) {
  file_bytes f(8);
  for (std::size_t k = 0; k < 8; ++k) f[k] = static_cast<std::uint8_t>(header.size() >> (8 * k));
  f.insert(f.end(), header.begin(), header.end());
  for (std::size_t k = 0; k < data_bytes; ++k) f.push_back(static_cast<std::uint8_t>(k));
  return f;
}

struct outcome {
  int code = 0;
  ssl::index offset = -1;
  std::string text;
};

outcome reading(std::string const& path) {
  try {
    safetensors_file const file = safetensors_file::open(path);
    for (auto const& t : file.tensors()) REQUIRE(t.bytes.size() * 8 == static_cast<std::size_t>(t.elements() * bits_of(t.type)));
    return {};
  } catch (ssl::file_error const& e) {
    CHECK(e.path == path);
    return {e.code, e.byte_offset, e.what()};
  }
}

outcome reading(temporary_folder const& folder, std::string const& header, std::size_t data_bytes) {
  write_bytes(folder / "f", file_of(header, data_bytes));
  return reading(folder / "f");
}

safetensors_writer small_file() {
  safetensors_writer w;
  w.add("b", {3}, std::vector<float>{1.5f, -2.0f, std::numeric_limits<float>::quiet_NaN()});
  w.add("a", {2, 2}, std::vector<std::int64_t>{1, -2, 3, -4});
  w.add("mask", {5}, std::vector<std::uint8_t>{0, 1, 2, 254, 255});
  w.metadata("who", "a \"test\" of ä");
  return w;
}

}  // namespace

TEST_CASE("safetensors: what is written is read again") {
  temporary_folder folder;
  std::string const path = folder / "f.safetensors";
  safetensors_writer w = small_file();
  w.add("scalar", {}, std::vector<double>{0.1});
  w.add("nothing", {0, 4}, std::vector<float>{});
  w.save(path);

  safetensors_file const f = safetensors_file::open(path);
  REQUIRE(f.tensors().size() == 5);
  CHECK(f.metadata() == std::map<std::string, std::string>{{"who", "a \"test\" of ä"}});
  CHECK(f.at("a").to<std::int64_t>() == std::vector<std::int64_t>{1, -2, 3, -4});
  CHECK(f.at("a").shape == std::vector<ssl::index>{2, 2});
  CHECK(f.at("a").type == dtype::i64);
  CHECK(f.at("mask").to<int>() == std::vector<int>{0, 1, 2, 254, 255});
  CHECK(f.at("scalar").to<double>() == std::vector<double>{0.1});
  CHECK(f.at("scalar").to<float>() == std::vector<float>{0.1f});
  CHECK(f.at("scalar").elements() == 1);
  CHECK(f.at("nothing").to<float>().empty());
  std::vector<double> const b = f.at("b").to<double>();
  CHECK(b[0] == 1.5);
  CHECK(b[1] == -2.0);
  CHECK(std::isnan(b[2]));
  CHECK(f.find("c") == nullptr);
  CHECK(test::code_of<ssl::file_error>([&] { f.at("c"); }) == 714);
}

TEST_CASE("safetensors: the writer's bytes: wide types first, then by name, data on a boundary of 8") {
  temporary_folder folder;
  std::string const path = folder / "f";
  safetensors_writer w;
  w.add("z", {2}, std::vector<std::uint8_t>{7, 8});
  w.add("y", {1}, std::vector<float>{1.0f});
  w.add("x", {1}, std::vector<float>{2.0f});
  w.add("w", {1}, std::vector<double>{0.0});
  w.save(path);
  std::string const header =
      R"({"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},)"
      R"("y":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},"z":{"dtype":"U8","shape":[2],"data_offsets":[16,18]}})";
  file_bytes const bytes = read_bytes(path);
  std::size_t const padded = (header.size() + 7) / 8 * 8;
  REQUIRE(bytes.size() == 8 + padded + 18);
  CHECK(bytes[0] + 256 * bytes[1] == static_cast<int>(padded));
  std::string const written(bytes.begin() + 8, bytes.begin() + 8 + static_cast<long>(padded));
  CHECK(written == header + std::string(padded - header.size(), ' '));
  CHECK(file_bytes(bytes.end() - 10, bytes.end()) == file_bytes{0, 0, 0, 64, 0, 0, 128, 63, 7, 8});
}

TEST_CASE("safetensors: files of the format's own writer are written again byte for byte") {
  std::string const reference = std::string(PRETEXT_SHARED_DIR) + "/reference/layers";
  if (!std::filesystem::exists(reference)) {
    MESSAGE("skipped: no reference files in PRETEXT_SHARED_DIR (" << PRETEXT_SHARED_DIR << ")");
    return;
  }
  temporary_folder folder;
  int files = 0;
  for (auto const& entry : std::filesystem::directory_iterator(reference)) {
    if (entry.path().extension() != ".safetensors") continue;
    INFO(entry.path().string());
    safetensors_file const f = safetensors_file::open(entry.path().string());
    safetensors_writer w;
    for (auto const& t : f.tensors()) w.add(t.name, t.type, t.shape, t.bytes);
    for (auto const& [key, text] : f.metadata()) w.metadata(key, text);
    w.save(folder / "again");
    CHECK(read_bytes(folder / "again") == read_bytes(entry.path().string()));
    ++files;
  }
  CHECK(files > 0);
}

TEST_CASE("safetensors: conversions") {
  temporary_folder folder;
  safetensors_writer w;
  auto const bytes = [](std::initializer_list<int> b) { return file_bytes(b.begin(), b.end()); };
  w.add("f16", dtype::f16, {3}, bytes({0x00, 0x3c, 0x01, 0x00, 0xff, 0xfb}));
  w.add("bf16", dtype::bf16, {2}, bytes({0x80, 0x3f, 0x49, 0xc0}));
  w.add("bool", dtype::boolean, {3}, bytes({0, 1, 1}));
  w.add("f8", dtype::f8_e4m3, {2}, bytes({1, 2}));
  w.add("f4", dtype::f4, {4}, bytes({1, 2}));
  w.add("u64", {2}, std::vector<std::uint64_t>{3, ~std::uint64_t{0}});
  w.add("i32", {2}, std::vector<std::int32_t>{-5, 1 << 30});
  w.add("i16", {1}, std::vector<std::int16_t>{-300});
  w.add("u16", {1}, std::vector<std::uint16_t>{65535});
  w.add("i8", {1}, std::vector<std::int8_t>{-7});
  w.add("u32", {1}, std::vector<std::uint32_t>{4'000'000'000u});
  w.add("f32", {1}, std::vector<float>{2.0f});
  w.save(folder / "f");
  safetensors_file const f = safetensors_file::open(folder / "f");
  CHECK(f.at("f16").to<float>() == std::vector<float>{1.0f, std::ldexp(1.0f, -24), -65504.0f});
  CHECK(f.at("bf16").to<double>() == std::vector<double>{1.0, -3.140625});
  CHECK(f.at("bool").to<std::int64_t>() == std::vector<std::int64_t>{0, 1, 1});
  CHECK(f.at("i32").to<float>() == std::vector<float>{-5.0f, 1073741824.0f});
  CHECK(f.at("i16").to<double>() == std::vector<double>{-300.0});
  CHECK(f.at("u16").to<std::int32_t>() == std::vector<std::int32_t>{65535});
  CHECK(f.at("i8").to<std::int64_t>() == std::vector<std::int64_t>{-7});
  CHECK(f.at("u32").to<std::int64_t>() == std::vector<std::int64_t>{4'000'000'000});
  CHECK(f.at("u64").to<double>() == std::vector<double>{3.0, std::ldexp(1.0, 64)});
  CHECK(test::code_of<ssl::file_error>([&] { f.at("u64").to<std::int64_t>(); }) == 714);
  CHECK(test::code_of<ssl::file_error>([&] { f.at("i32").to<std::uint32_t>(); }) == 714);
  CHECK(test::code_of<ssl::file_error>([&] { f.at("u32").to<std::int32_t>(); }) == 714);
  CHECK(test::code_of<ssl::file_error>([&] { f.at("f32").to<std::int32_t>(); }) == 714);
  CHECK(test::code_of<ssl::file_error>([&] { f.at("f8").to<float>(); }) == 714);
  CHECK(test::code_of<ssl::file_error>([&] { f.at("f4").to<float>(); }) == 714);
  CHECK(f.at("f4").bytes.size() == 2);
}

TEST_CASE("safetensors: a file cut at any byte is a file error") {
  temporary_folder folder;
  small_file().save(folder / "whole");
  file_bytes const whole = read_bytes(folder / "whole");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    INFO("cut to " << n << " bytes of " << whole.size());
    write_bytes(folder / "cut", {whole.begin(), whole.begin() + static_cast<long>(n)});
    int const code = reading(folder / "cut").code;
    CHECK(code >= 710);
    CHECK(code <= 713);
  }
  file_bytes longer = whole;
  longer.push_back(0);
  write_bytes(folder / "longer", longer);
  CHECK(reading(folder / "longer").code == 713);
}

TEST_CASE("safetensors: any byte changed, the file loads or is a file error") {
  temporary_folder folder;
  small_file().save(folder / "whole");
  file_bytes const whole = read_bytes(folder / "whole");
  std::size_t const header_end = whole.size() - 49;  // the data: 32, 12 and 5 bytes
  int loaded = 0, refused = 0;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    for (int change : {0x01, 0x20, 0x80, 0xff}) {
      file_bytes changed = whole;
      changed[n] = static_cast<std::uint8_t>(changed[n] ^ change);
      write_bytes(folder / "changed", changed);
      bool const good = reading(folder / "changed").code == 0;
      ++(good ? loaded : refused);
      if (n < 8) CHECK_FALSE(good);
      if (n >= header_end) CHECK(good);
    }
  }
  CHECK(loaded >= 49 * 4);
  CHECK(refused > 300);
}

TEST_CASE("safetensors: headers that lie") {
  temporary_folder folder;
  auto const entry = [](std::string const& fields) { return "{\"t\":{" + fields + "}}"; };
  std::string const good = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  CHECK(reading(folder, entry(good), 8).code == 0);
  CHECK(reading(folder, entry(good) + "   ", 8).code == 0);
  CHECK(reading(folder, entry(good + R"(,"extra":[1,{"a":2}])"), 8).code == 0);
  CHECK(reading(folder, "{}", 0).code == 0);

  // The header as a whole.
  CHECK(reading(folder, " " + entry(good), 8).code == 711);
  CHECK(reading(folder, "\xef\xbb\xbf" + entry(good), 8).code == 711);
  CHECK(reading(folder, entry(good) + std::string(1, '\0'), 8).code == 711);
  CHECK(reading(folder, entry(good) + "x", 8).code == 711);
  CHECK(reading(folder, entry(good) + entry(good), 8).code == 711);
  CHECK(reading(folder, "{\"__metadata__\":3}", 0).code == 711);
  CHECK(reading(folder, "{\"__metadata__\":{\"a\":null}}", 0).code == 711);
  CHECK(reading(folder, "{\"__metadata__\":{},\"__metadata__\":{}}", 0).code == 711);
  CHECK(reading(folder, "{\"a\":1e999}", 0).code == 711);
  CHECK(reading(folder, "{\"t\":" + std::string(100'000, '['), 0).code == 711);
  CHECK(reading(folder, "{\"t\":" + std::string(50, '[') + std::string(50, ']') + "}", 0).code == 711);
  outcome const utf8 = reading(folder, "{\"\xff\":{}}", 0);
  CHECK(utf8.code == 711);
  CHECK(utf8.text.find("expected UTF-8") != std::string::npos);
  CHECK(utf8.offset == 10);
  outcome const twice = reading(
      folder, R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"t":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}})",
      8);
  CHECK(twice.code == 711);
  CHECK(twice.text.find("\"t\" twice") != std::string::npos);
  CHECK(twice.offset == 8 + 54);
  CHECK(reading(folder, entry(good + R"(,"dtype":"F32")"), 8).code == 711);

  // One entry.
  for (char const* fields : {R"("shape":[2],"data_offsets":[0,8])",
                             R"("dtype":"F32","data_offsets":[0,8])",
                             R"("dtype":"F32","shape":[2])",
                             R"("dtype":7,"shape":[2],"data_offsets":[0,8])",
                             R"("dtype":"f32","shape":[2],"data_offsets":[0,8])",
                             R"("dtype":"F32","shape":2,"data_offsets":[0,8])",
                             R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])",
                             R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])",
                             R"("dtype":"F32","shape":["2"],"data_offsets":[0,8])",
                             R"("dtype":"F32","shape":[2],"data_offsets":[0,8,9])",
                             R"("dtype":"F32","shape":[2],"data_offsets":[0])",
                             R"("dtype":"F32","shape":[2],"data_offsets":{"a":0,"b":8})",
                             R"("dtype":"F32","shape":[2],"data_offsets":[8,0])",
                             R"("dtype":"F32","shape":[2],"data_offsets":[0,9])",
                             R"("dtype":"F32","shape":[3],"data_offsets":[0,8])",
                             R"("dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8])",
                             R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8])",
                             R"("dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0])",
                             R"("dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0])",
                             R"("dtype":"F4","shape":[3],"data_offsets":[0,1])",
                             R"("dtype":"F64","shape":[2],"data_offsets":[0,8])"}) {
    INFO(std::string(fields));
    outcome const o = reading(folder, entry(fields), 8);
    CHECK(o.code == 712);
    CHECK(o.offset == 9);
    CHECK(o.text.find("tensor \"t\"") != std::string::npos);
  }
  CHECK(reading(folder, "{\"t\":[]}", 0).code == 712);

  // The cover of the data.
  CHECK(reading(folder, entry(good), 9).code == 713);
  CHECK(reading(folder, "{}", 1).code == 713);
  outcome const hole = reading(
      folder, R"({"t":{"dtype":"U8","shape":[2],"data_offsets":[3,5]},"s":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 5);
  CHECK(hole.code == 713);
  CHECK(hole.text.find("belong to no tensor") != std::string::npos);
  CHECK(reading(folder,
                R"({"t":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"s":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 3)
            .text.find("overlap") != std::string::npos);
}

TEST_CASE("safetensors: missing files and folders are E701, a lie about the header's length E710 before any memory is taken") {
  temporary_folder folder;
  CHECK(reading(folder / "missing").code == 701);
  CHECK(reading(folder.path()).code == 701);
  write_bytes(folder / "f", {1, 2, 3, 4, 5, 6, 7});
  CHECK(reading(folder / "f").code == 710);
  write_bytes(folder / "f", file_bytes(100, 0xff));
  CHECK(reading(folder / "f").code == 710);
}

TEST_CASE("safetensors: a wide header is read in time that grows with its length") {
  temporary_folder folder;
  safetensors_writer w;
  for (int k = 0; k < 3000; ++k) w.add("layer" + std::to_string(k), {1}, std::vector<float>{static_cast<float>(k)});
  w.save(folder / "f");
  safetensors_file const f = safetensors_file::open(folder / "f");
  REQUIRE(f.tensors().size() == 3000);
  for (int k = 0; k < 3000; ++k) REQUIRE(f.at("layer" + std::to_string(k)).to<float>()[0] == static_cast<float>(k));
}

TEST_CASE("safetensors_writer: what it cannot write is E715 or E707, and the old file stays") {
  temporary_folder folder;
  std::string const path = folder / "f";
  small_file().save(path);
  file_bytes const old = read_bytes(path);
  auto const saving = [&](auto change) {
    safetensors_writer w = small_file();
    change(w);
    return test::code_of<ssl::file_error>([&] { w.save(path); });
  };
  std::vector<float> const one{1.0f};
  CHECK(saving([&](auto& w) { w.add("a", {1}, one); }) == 715);
  CHECK(saving([&](auto& w) { w.add("__metadata__", {1}, one); }) == 715);
  CHECK(saving([&](auto& w) { w.add("c", {2}, one); }) == 715);
  CHECK(saving([&](auto& w) { w.add("c", {-1}, one); }) == 715);
  CHECK(saving([&](auto& w) { w.add("c", {std::int64_t{1} << 62, 4}, one); }) == 715);
  CHECK(saving([&](auto& w) { w.add("\xff", {1}, one); }) == 715);
  CHECK(saving([&](auto& w) { w.metadata("k", "\xc3"); }) == 715);
  CHECK(read_bytes(path) == old);
  CHECK(test::code_of<ssl::file_error>([&] { small_file().save(folder / "missing/f"); }) == 707);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator()) == 1);
  CHECK(saving([&](auto& w) { w.add("c", {1}, one); }) == 0);
  CHECK(read_bytes(path) != old);
}
