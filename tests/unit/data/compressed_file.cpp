// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/compressed_file.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/data/temporary_folder.hpp"
#include "unit/data/xz.hpp"

namespace {

void write_gzip(std::string const& path, file_bytes const& content) {
  gzFile out = gzopen(path.c_str(), "wb");
  REQUIRE(gzwrite(out, content.data(), static_cast<unsigned>(content.size())) == static_cast<int>(content.size()));
  REQUIRE(gzclose(out) == Z_OK);
}

file_bytes pattern(std::size_t count) {
  file_bytes bytes(count);
  std::uint32_t state = 1;
  for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  return bytes;
}

int code_of_reading(std::string const& path, std::string* text = nullptr) {
  try {
    ssl::data::compressed_file(path).take(1 << 20);
    return 0;
  } catch (ssl::file_error const& e) {
    CHECK(e.path == path);
    if (text != nullptr) *text = e.what();
    return e.code;
  }
}

}  // namespace

TEST_CASE("compressed_file gives plain bytes and the content of gzip and xz alike") {
  temporary_folder folder;
  file_bytes const content = pattern(3'000'000);  // more than one growth of the buffer
  write_bytes(folder / "plain", content);
  write_gzip(folder / "packed", content);
  write_xz(folder / "xz", content);
  for (std::string const& name : {folder / "plain", folder / "packed", folder / "xz"}) {
    CHECK(ssl::data::compressed_file(name).take(5'000'000) == content);
    ssl::data::compressed_file file(name);
    CHECK(file.take(10) == file_bytes(content.begin(), content.begin() + 10));
    CHECK(file.offset() == 10);
    CHECK(file.take(10) == file_bytes(content.begin() + 10, content.begin() + 20));
  }
}

TEST_CASE("compressed_file never takes more than it is asked for") {
  temporary_folder folder;
  write_gzip(folder / "bomb", file_bytes(20'000'000));
  write_xz(folder / "xz bomb", file_bytes(20'000'000));
  for (std::string const& bomb : {folder / "bomb", folder / "xz bomb"}) {
    REQUIRE(std::filesystem::file_size(bomb) < 30'000);
    std::vector<std::uint8_t> const taken = ssl::data::compressed_file(bomb).take(1000);
    CHECK(taken.size() == 1000);
    CHECK(taken.capacity() <= 1000);
    CHECK(ssl::data::compressed_file(bomb).take(ssl::index{1} << 46).size() == 20'000'000);  // nor what is not there
  }
}

TEST_CASE("compressed_file: missing, folders, cut and damaged streams are file errors") {
  temporary_folder folder;
  CHECK(code_of_reading(folder / "missing") == 701);
  CHECK(code_of_reading(folder.path()) == 701);

  file_bytes const content = pattern(500);
  write_gzip(folder / "gzip", content);
  write_xz(folder / "xz", content);
  for (std::string const& whole : {folder / "gzip", folder / "xz"}) {
    file_bytes const packed = read_bytes(whole);
    for (std::size_t length = whole == folder / "xz" ? 6 : 2; length < packed.size(); ++length) {
      INFO(whole << " cut to " << length << " bytes of " << packed.size());
      write_bytes(folder / "cut", file_bytes(packed.begin(), packed.begin() + static_cast<long>(length)));
      std::string text;
      CHECK(code_of_reading(folder / "cut", &text) == 702);
      CHECK(text.find("found the end of the file") != std::string::npos);
    }
    file_bytes damaged = packed;
    damaged[packed.size() - 6] ^= 0x40;  // in the checksum
    write_bytes(folder / "damaged", damaged);
    CHECK(code_of_reading(folder / "damaged") == 702);
  }
}

TEST_CASE("compressed_file: xz streams behind one another are one content, anything else behind them is damage") {
  temporary_folder folder;
  write_xz(folder / "xz", pattern(500));
  file_bytes twice = read_bytes(folder / "xz");
  twice.insert(twice.end(), twice.begin(), twice.end());
  write_bytes(folder / "twice", twice);
  CHECK(ssl::data::compressed_file(folder / "twice").take(5000).size() == 1000);
  twice.insert(twice.end(), 16, 'x');
  write_bytes(folder / "more", twice);
  CHECK(code_of_reading(folder / "more") == 702);
}
