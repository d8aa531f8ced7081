// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/cifar.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/data/temporary_folder.hpp"
#include "unit/data/xz.hpp"

namespace {

using ssl::data::cifar_format;
using ssl::data::cifar_images;
using ssl::data::split;

/// Record `number`: its labels, then red 10 + number, green the column, blue the row.
void append_record(file_bytes& to, int number, std::vector<std::uint8_t> const& labels) {
  to.insert(to.end(), labels.begin(), labels.end());
  to.insert(to.end(), 1024, static_cast<std::uint8_t>(10 + number));
  for (int k = 0; k < 1024; ++k) to.push_back(static_cast<std::uint8_t>(k % 32));
  for (int k = 0; k < 1024; ++k) to.push_back(static_cast<std::uint8_t>(k / 32));
}

file_bytes records(int first, int count) {
  file_bytes bytes;
  for (int k = first; k < first + count; ++k) append_record(bytes, k, {static_cast<std::uint8_t>(k % 10)});
  return bytes;
}

struct failure {
  int code = 0;
  ssl::index offset = -1;
  std::string text;
};
template <class F>
failure failure_of(F f) {
  try {
    f();
    return {};
  } catch (ssl::file_error const& e) {
    return {e.code, e.byte_offset, e.what()};
  }
}

}  // namespace

TEST_CASE("CIFAR: records become images with channels last, from plain and compressed files alike") {
  temporary_folder folder;
  write_bytes(folder / "plain.bin", records(0, 3));
  write_xz(folder / "packed.bin.xz", records(3, 2));
  cifar_images const set = cifar_images::load_files({folder / "plain.bin", folder / "packed.bin.xz"});
  REQUIRE(set.size() == 5);
  for (int i = 0; i < 5; ++i) {
    ssl::image_view const v = set.image(i);
    CHECK(v.height == 32);
    CHECK(v.width == 32);
    CHECK(v.channels == 3);
    CHECK(set.label(i) == i);
    CHECK(v.data[(7 * 32 + 21) * 3] == 10 + i);
    CHECK(v.data[(7 * 32 + 21) * 3 + 1] == 21);
    CHECK(v.data[(7 * 32 + 21) * 3 + 2] == 7);
  }
  CHECK(cifar_images::load_files({folder / "plain.bin", folder / "no such file"}, {.limit = 2}).size() == 2);
}

TEST_CASE("CIFAR-100: coarse and fine labels") {
  temporary_folder folder;
  file_bytes bytes;
  append_record(bytes, 0, {19, 99});
  write_bytes(folder / "train.bin", bytes);
  CHECK(cifar_images::load(folder.path(), split::train, {.format = cifar_format::cifar100}).label(0) == 99);
  cifar_images const coarse = cifar_images::load(folder.path(), split::train, {.format = cifar_format::cifar100_coarse});
  CHECK(coarse.label(0) == 19);
  CHECK(coarse.image(0).data[0] == 10);
}

TEST_CASE("CIFAR: the published archive, or any folder of training and test files") {
  temporary_folder folder;
  std::filesystem::create_directories(folder / "cifar-10-batches-bin");
  for (int k = 1; k <= 5; ++k)
    write_bytes(folder / ("cifar-10-batches-bin/data_batch_" + std::to_string(k) + ".bin"), records(k, 1));
  write_bytes(folder / "cifar-10-batches-bin/test_batch.bin", records(0, 2));
  write_bytes(folder / "cifar-10-batches-bin/batches.meta.txt", {});
  for (std::string const& at : {folder.path(), folder / "cifar-10-batches-bin"}) {
    cifar_images const train = cifar_images::load(at, split::train);
    REQUIRE(train.size() == 5);
    for (int k = 0; k < 5; ++k) CHECK(train.label(k) == k + 1);
    CHECK(cifar_images::load(at, split::test).size() == 2);
  }

  temporary_folder own;
  CHECK(failure_of([&] { cifar_images::load(own.path(), split::train); }).code == 701);
  CHECK(failure_of([&] { cifar_images::load(own / "missing", split::train); }).code == 701);
  write_xz(own / "birds-train-3.bin.xz", records(0, 3));
  write_bytes(own / "birds-train-3.bin", records(0, 3));  // its unpacked copy counts once
  write_xz(own / "birds-test-1.bin.xz", records(0, 1));
  CHECK(cifar_images::load(own.path(), split::train).size() == 3);
  CHECK(cifar_images::load(own.path(), split::test).size() == 1);
}

TEST_CASE("CIFAR: cut, wrong and too large files say where and what") {
  temporary_folder folder;
  std::string const path = folder / "a.bin";
  auto const load = [&](file_bytes const& bytes, ssl::data::cifar_options const& options = {}) {
    write_bytes(path, bytes);
    return failure_of([&] { cifar_images::load_files({path}, options); });
  };
  CHECK(load(records(0, 2)).code == 0);
  CHECK(load({}).code == 705);

  file_bytes cut = records(0, 2);
  cut.resize(4000);
  failure const short_one = load(cut);
  CHECK(short_one.code == 705);
  CHECK(short_one.offset == 3073);
  CHECK(short_one.text.find(path + ": expected a record of 3073 bytes, found 927 before the end") != std::string::npos);

  file_bytes wrong = records(0, 2);
  wrong[3073] = 60;
  failure const label = load(wrong);
  CHECK(label.code == 612);
  CHECK(label.offset == 3073);
  CHECK(label.text.find("label of 0 to 9, found 60") != std::string::npos);

  CHECK(load(records(0, 3), {.max_bytes = 2 * 3072}).code == 703);
  CHECK(failure_of([&] { cifar_images::load_files({folder / "missing"}); }).code == 701);
}
