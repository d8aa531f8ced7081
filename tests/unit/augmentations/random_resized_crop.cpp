// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/random_resized_crop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "ssl/augmentations/chain.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;

TEST_CASE("crop: boxes of fixed area and ratio are known") {
  ssl::draws stream({.seed = 5});
  for (int i = 0; i < 50; ++i) {
    crop_box const b = draw_crop_box({0.25f, 0.25f, 1.0f, 1.0f}, stream, 32, 32);
    CHECK(b.height == 16);
    CHECK(b.width == 16);
    CHECK(b.top + b.height <= 32);
  }
}

TEST_CASE("crop: where no box fits, the largest central one of an allowed ratio is taken") {
  ssl::draws stream({.seed = 5});
  CHECK(draw_crop_box({1, 1, 0.75f, 4.0f / 3.0f}, stream, 30, 100) == crop_box{0, 30, 30, 40});
  CHECK(draw_crop_box({1, 1, 0.75f, 4.0f / 3.0f}, stream, 100, 30) == crop_box{30, 0, 40, 30});
  CHECK(draw_crop_box({4, 4, 0.75f, 4.0f / 3.0f}, stream, 20, 20) == crop_box{0, 0, 20, 20});
  CHECK(draw_crop_box({}, stream, 1, 1) == crop_box{0, 0, 1, 1});
}

TEST_CASE("crop: places are uniform, ends included") {
  int count[17] = {};
  for (std::uint32_t i = 0; i < 17000; ++i) {
    ssl::draws stream({.seed = 6, .sample = i});
    ++count[draw_crop_box({0.25f, 0.25f, 1.0f, 1.0f}, stream, 32, 32).left];
  }
  for (int c : count) CHECK(std::abs(c - 1000) < 150);  // five standard deviations
}

TEST_CASE("crop: logarithms of the ratio are uniform, also over a wide range") {
  std::vector<double> logs;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    ssl::draws stream({.seed = 7, .sample = i});
    crop_box const b = draw_crop_box({0.01f, 0.01f, 0.125f, 8.0f}, stream, 10000, 10000);
    logs.push_back(std::log(static_cast<double>(b.width) / b.height) / std::log(8.0));  // in [-1, 1]
  }
  std::sort(logs.begin(), logs.end());
  for (int tenth = 1; tenth < 10; ++tenth) {
    INFO(tenth);
    CHECK(std::abs(logs[2000 * static_cast<std::size_t>(tenth)] - (0.2 * tenth - 1)) < 0.04);
  }
}

TEST_CASE("crop: bicubic views stay within [0, 1]") {
  random_picture picture(9, 9, 1);
  for (std::uint8_t& b : picture.bytes()) b = b < 128 ? 0 : 255;
  using bicubic = chain<ssl::named<"crop", random_resized_crop<resample_config{.filter = filter::bicubic}>>>;
  float low = 1, high = 0;
  for (std::uint32_t i = 0; i < 20; ++i) {
    for (float v : view_of<bicubic>({1, 31, 33, 1}, {}, {.sample = i}, picture.view()))
      low = std::min(low, v), high = std::max(high, v);
  }
  CHECK(low == 0);
  CHECK(high == 1);
}
