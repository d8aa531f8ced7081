// SPDX-License-Identifier: Apache-2.0
// Batches of a folder that is decoded while a training runs.
#include <doctest/doctest.h>

#include <cstdio>
#include <random>

#include <unistd.h>

#include "ssl/augmentations/simclr.hpp"
#include "ssl/data/batcher.hpp"
#include "ssl/data/image_folder.hpp"
#include "unit/data/codecs.hpp"

namespace {

using ssl::data::image_folder;
using views = ssl::augmentations::simclr_small_fixed_order;
using batches = ssl::data::batcher<views, image_folder>;

constexpr ssl::shape small{.h = 16, .w = 16, .c = 3};
constexpr int batch = 10, pixels_of_batch = 2 * batch * 16 * 16 * 3;

/// 23 PNG files of noise, each of its own size.
struct noisy_folder : temporary_folder {
  noisy_folder() {
    std::mt19937 random(7);
    for (int k = 0; k < 23; ++k) {
      int const height = 17 + 3 * k, width = 110 - 4 * k;
      std::vector<std::uint8_t> pixels(static_cast<std::size_t>(height * width * 3));
      for (std::uint8_t& v : pixels) v = static_cast<std::uint8_t>(random());
      write_png(*this / (std::to_string(10 + k) + ".png"), height, width, pixels);
    }
  }
};

std::vector<std::vector<float>> views_of(image_folder const& images, int count, int threads, int prefetch) {
  batches source(images, small, batch, {}, {.threads = threads, .prefetch = prefetch, .seed = 5});
  std::vector<std::vector<float>> all;
  for (int k = 0; k < count; ++k) {
    ssl::data::batch_buffers const& b = source.next();
    all.emplace_back(b.views[0], b.views[0] + pixels_of_batch);
    all.back().insert(all.back().end(), b.samples.begin(), b.samples.end());
  }
  return all;
}

/// Memory of this process that is in use, in bytes.
[[maybe_unused]] double resident() {
  long pages = 0, unused = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%ld %ld", &unused, &pages) != 2) pages = 0;
  if (file != nullptr) std::fclose(file);
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("image folder: order and crops are the same for any number of loader threads") {
  noisy_folder const folder;
  image_folder const images(folder.path());
  auto const expected = views_of(images, 7, 0, 1);
  for (int threads = 1; threads <= 3; ++threads)
    for (int prefetch : {1, 3}) CHECK(views_of(images, 7, threads, prefetch) == expected);
  CHECK(expected[0] != expected[2]);  // of two epochs
}

TEST_CASE("image folder: a file that vanishes while it is used ends in an error with its name, not in a hang") {
  noisy_folder const folder;
  image_folder const images(folder.path());
  for (int threads = 0; threads <= 3; ++threads) {
    batches source(images, small, batch, {}, {.threads = threads, .prefetch = 2, .seed = 5});
    source.next();
    std::string const gone = images.path(source.next().samples[1]), kept = gone + ".kept";
    std::filesystem::rename(gone, kept);
    try {
      for (int k = 0; k < 10; ++k) source.next();
      FAIL("an image was made of nothing");
    } catch (ssl::file_error const& e) {
      CHECK(e.code == 701);
      CHECK(e.path == gone);
    }
    std::filesystem::rename(kept, gone);
    source.seek(3, 0);
    CHECK(source.next().epoch == 3);
  }
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("image folder: memory stays flat") {
  noisy_folder const folder;
  image_folder const images(folder.path());
  batches source(images, small, batch, {}, {.threads = 2, .prefetch = 2, .seed = 5});
  for (int k = 0; k < 200; ++k) source.next();
  double const before = resident();
  for (int k = 0; k < 1000; ++k) source.next();
  CHECK(resident() - before < 1e6);  // a leak of one image in a hundred would be 1 MB and more
}
#endif
