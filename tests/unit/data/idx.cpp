// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/idx.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "unit/data/temporary_folder.hpp"

namespace {

void append_word(file_bytes& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}

/// Three images of 2 x 3; pixel k of image i is 10 * i + k.
file_bytes small_images() {
  file_bytes f;
  for (std::uint32_t word : {2051u, 3u, 2u, 3u}) append_word(f, word);
  for (int i = 0; i < 3; ++i)
    for (int k = 0; k < 6; ++k) f.push_back(static_cast<std::uint8_t>(10 * i + k));
  return f;
}

file_bytes small_labels() {
  file_bytes f;
  append_word(f, 2049);
  append_word(f, 3);
  f.insert(f.end(), {7, 0, 255});
  return f;
}

file_bytes with_word(file_bytes f, std::size_t word, std::uint32_t value) {
  file_bytes w;
  append_word(w, value);
  std::copy(w.begin(), w.end(), f.begin() + static_cast<long>(4 * word));
  return f;
}

void write_gzip(std::string const& path, file_bytes const& content) {
  gzFile out = gzopen(path.c_str(), "wb");
  REQUIRE(gzwrite(out, content.data(), static_cast<unsigned>(content.size())) == static_cast<int>(content.size()));
  REQUIRE(gzclose(out) == Z_OK);
}

struct outcome {
  int code = 0;
  ssl::index offset = -1;
  std::string path, text;
};

struct pair_of_files {
  temporary_folder folder;
  std::string images = folder / "images";
  std::string labels = folder / "labels";

  outcome load(file_bytes const& i, file_bytes const& l, ssl::data::idx_options const& options = {}) {
    write_bytes(images, i);
    write_bytes(labels, l);
    try {
      ssl::data::idx_images::load_files(images, labels, options);
      return {};
    } catch (ssl::file_error const& e) {
      return {e.code, e.byte_offset, e.path, e.what()};
    }
  }
};

}  // namespace

TEST_CASE("idx_images reads plain and compressed pairs, whole and in part") {
  temporary_folder folder;
  write_bytes(folder / "train-images-idx3-ubyte", small_images());
  write_gzip(folder / "train-labels-idx1-ubyte.gz", small_labels());
  write_gzip(folder / "t10k-images-idx3-ubyte.gz", small_images());
  write_bytes(folder / "t10k-labels-idx1-ubyte", small_labels());
  for (ssl::data::split which : {ssl::data::split::train, ssl::data::split::test}) {
    auto const set = ssl::data::idx_images::load(folder.path(), which);
    REQUIRE(set.size() == 3);
    ssl::image_view const v = set.image(2);
    CHECK(v.height == 2);
    CHECK(v.width == 3);
    CHECK(v.channels == 1);
    for (int k = 0; k < 6; ++k) CHECK(v.data[k] == 20 + k);
    CHECK(set.label(0) == 7);
    CHECK(set.label(1) == 0);
    CHECK(set.label(2) == 255);
  }
  CHECK(ssl::data::idx_images::load(folder.path(), ssl::data::split::train, {.limit = 2}).size() == 2);
  CHECK(ssl::data::idx_images::load(folder.path(), ssl::data::split::train, {.limit = 9}).size() == 3);
}

TEST_CASE("idx_images: a file cut at any byte is a file error that names the file") {
  pair_of_files files;
  file_bytes const images = small_images(), labels = small_labels();
  REQUIRE(files.load(images, labels).code == 0);
  for (std::size_t n = 0; n < images.size(); ++n) {
    INFO("images cut to " << n << " bytes");
    outcome const o = files.load({images.begin(), images.begin() + static_cast<long>(n)}, labels);
    CHECK(o.code == (n < 16 ? 704 : 705));
    CHECK(o.path == files.images);
    CHECK(o.offset == static_cast<ssl::index>(n < 16 ? n / 4 * 4 : n));
  }
  for (std::size_t n = 0; n < labels.size(); ++n) {
    INFO("labels cut to " << n << " bytes");
    outcome const o = files.load(images, {labels.begin(), labels.begin() + static_cast<long>(n)});
    CHECK(o.code == (n < 8 ? 704 : 705));
    CHECK(o.path == files.labels);
  }
}

TEST_CASE("idx_images: wrong words and counts say what was expected and found") {
  pair_of_files files;
  file_bytes const images = small_images(), labels = small_labels();

  outcome const swapped = files.load(labels, images);
  CHECK(swapped.code == 704);
  CHECK(swapped.offset == 0);
  CHECK(swapped.text.find("expected the magic number 2051 of IDX images, found 2049") != std::string::npos);

  for (std::size_t word = 1; word <= 3; ++word) {
    CHECK(files.load(with_word(images, word, 0), labels).code == 704);
    CHECK(files.load(with_word(images, word, 0), labels).offset == static_cast<ssl::index>(4 * word));
    CHECK(files.load(with_word(images, word, 0xffffffff), labels).code != 0);
  }
  CHECK(files.load(with_word(with_word(with_word(images, 1, 0xffffffff), 2, 65535), 3, 65535), labels).code == 703);
  CHECK(files.load(with_word(images, 1, 0x1000000), with_word(labels, 1, 0x1000000)).code == 705);  // and no 100 MB are taken

  outcome const count = files.load(images, with_word(labels, 1, 4));
  CHECK(count.code == 706);
  CHECK(count.path == files.labels);
  CHECK(count.text.find("expected 3 labels") != std::string::npos);
  CHECK(count.text.find("found 4") != std::string::npos);

  file_bytes longer = images;
  longer.push_back(0);
  CHECK(files.load(longer, labels).code == 705);
  CHECK(files.load(longer, labels).offset == 34);
  longer = labels;
  longer.push_back(0);
  CHECK(files.load(images, longer).code == 705);

  CHECK(files.load(images, labels, {.max_bytes = 17}).code == 703);
  CHECK(files.load(images, labels, {.max_bytes = 18}).code == 0);
  CHECK(files.load(images, labels, {.limit = 2, .max_bytes = 12}).code == 0);
}

TEST_CASE("idx_images: a folder without the files names both accepted names") {
  temporary_folder folder;
  try {
    ssl::data::idx_images::load(folder.path(), ssl::data::split::test);
    FAIL("no error");
  } catch (ssl::file_error const& e) {
    CHECK(e.code == 701);
    CHECK(e.path == folder / "t10k-images-idx3-ubyte");
    CHECK(std::string(e.what()).find(".gz") != std::string::npos);
  }
}

TEST_CASE("idx_images: Fashion-MNIST has its published counts, mean and deviation") {
  std::string const folder = std::string(PRETEXT_SHARED_DIR) + "/data/fashion-mnist";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: no Fashion-MNIST in PRETEXT_SHARED_DIR (" << PRETEXT_SHARED_DIR << ")");
    return;
  }
  auto const train = ssl::data::idx_images::load(folder, ssl::data::split::train);
  auto const test = ssl::data::idx_images::load(folder, ssl::data::split::test);
  REQUIRE(train.size() == 60'000);
  REQUIRE(test.size() == 10'000);
  REQUIRE(train.image(0).height == 28);
  REQUIRE(train.image(0).width == 28);

  int per_class[10] = {};
  double sum = 0, squares = 0;
  for (ssl::index i = 0; i < train.size(); ++i) {
    REQUIRE(train.label(i) < 10);
    ++per_class[train.label(i)];
    ssl::image_view const v = train.image(i);
    for (int k = 0; k < 28 * 28; ++k) {
      double const x = v.data[k] / 255.0;
      sum += x;
      squares += x * x;
    }
  }
  for (int c = 0; c < 10; ++c) CHECK(per_class[c] == 6000);
  double const pixels = 60'000.0 * 28 * 28, mean = sum / pixels;
  CHECK(mean == doctest::Approx(0.286041).epsilon(2e-6));
  CHECK(std::sqrt(squares / pixels - mean * mean) == doctest::Approx(0.353024).epsilon(2e-6));
  int const first[] = {9, 0, 0, 3, 0, 2, 7, 2, 5, 5};
  for (int i = 0; i < 10; ++i) CHECK(train.label(i) == first[i]);
}
