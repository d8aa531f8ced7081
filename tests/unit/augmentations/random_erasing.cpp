// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/random_erasing.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/random_box.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;
using ssl::named;

namespace {

template <erase_with With>
using erasing = chain<named<"erase", random_erasing<With>>>;

}  // namespace

TEST_CASE("erasing: one box changes, whatever tiles it lies in, and nothing around it") {
  ssl::shape const image{1, 50, 45, 3};
  random_picture picture(50, 45, 3);
  for (std::uint8_t& b : picture.bytes()) b = static_cast<std::uint8_t>(b / 2 + 1);  // never 0
  erasing<erase_with::zero>::options o;
  o.get<"erase">().probability = 1;
  for (std::uint32_t sample = 0; sample < 50; ++sample) {
    ssl::draws stream({.sample = sample});
    crop_box const box = random_erasing<erase_with::zero>::draw(o.get<"erase">(), stream, image, {}).box;
    std::vector<float> const view = view_of<erasing<erase_with::zero>>(image, o, {.sample = sample}, picture.view());
    int wrong = 0;
    for (int y = 0; y < 50; ++y)
      for (int x = 0; x < 45; ++x)
        for (int c = 0; c < 3; ++c) {
          bool const inside = y >= box.top && y < box.top + box.height && x >= box.left && x < box.left + box.width;
          std::size_t const at = static_cast<std::size_t>((y * 45 + x) * 3 + c);
          wrong += view[at] != (inside ? 0.0f : static_cast<float>(picture.view().data[at]) * unit_of_bytes<float>);
        }
    INFO("sample ", sample);
    CHECK(box.height > 0);
    CHECK(wrong == 0);
  }
}

TEST_CASE("erasing: area, ratio, place and probability follow their laws") {
  random_erasing<>::options const o;
  ssl::shape const image{1, 200, 100, 3};
  double erased = 0, area = 0, log_ratio = 0, top = 0, least = 1, most = 0;
  constexpr int count = 20000;
  for (std::uint32_t i = 0; i < count; ++i) {
    ssl::draws stream({.seed = 3, .sample = i});
    crop_box const b = random_erasing<>::draw(o, stream, image, {}).box;
    if (b.height == 0) continue;
    REQUIRE((b.top >= 0 && b.left >= 0 && b.top + b.height <= 200 && b.left + b.width <= 100 && b.height < 200 && b.width < 100));
    double const share = static_cast<double>(b.height) * b.width / 20000;
    erased += 1, area += share, log_ratio += std::log(static_cast<double>(b.width) / b.height);
    top += static_cast<double>(b.top) / (200 - b.height);
    least = std::fmin(least, share), most = std::fmax(most, share);
  }
  CHECK(std::abs(erased / count - 0.25) < 0.016);  // five standard deviations
  CHECK(std::abs(top / erased - 0.5) < 0.03);
  CHECK(std::abs(area / erased - 0.175) < 0.02);  // of 0.02 to 1/3, less the boxes that do not fit
  CHECK(least < 0.025);
  CHECK(most > 0.32);
  CHECK(log_ratio / erased < 0);  // wide boxes do not fit an image that is high
}

TEST_CASE("erasing: noise is standard normal, another for every pixel, channel, view and stage, and the same again") {
  using twice = chain<named<"first", random_erasing<>>, named<"second", random_erasing<>>>;
  ssl::shape const image{1, 64, 64, 3};
  random_picture const picture(64, 64, 3);
  erasing<erase_with::noise>::options o;
  o.get<"erase">() = {.scale_low = 0.8f, .scale_high = 0.9f, .ratio_low = 0.99f, .ratio_high = 1.01f, .probability = 1};
  ssl::draws stream({.seed = 4});
  crop_box const box = random_erasing<>::draw(o.get<"erase">(), stream, image, {}).box;
  std::vector<float> const view = view_of<erasing<erase_with::noise>>(image, o, {.seed = 4}, picture.view());
  CHECK(view == view_of<erasing<erase_with::noise>>(image, o, {.seed = 4}, picture.view()));
  double sum = 0, squares = 0, beside = 0, channels = 0;
  int count = 0;
  for (int y = box.top; y < box.top + box.height; ++y)
    for (int x = box.left; x + 1 < box.left + box.width; ++x, ++count) {
      float const* const v = &view[static_cast<std::size_t>((y * 64 + x) * 3)];
      sum += static_cast<double>(v[0]), squares += static_cast<double>(v[0] * v[0]);
      beside += static_cast<double>(v[0] * v[3]), channels += static_cast<double>(v[0] * v[1]);
    }
  REQUIRE(count > 3000);
  CHECK(std::abs(sum / count) < 0.09);
  CHECK(std::abs(squares / count - 1) < 0.13);
  CHECK(std::abs(beside / count) < 0.09);
  CHECK(std::abs(channels / count) < 0.09);

  twice::options both;
  both.get<"first">() = both.get<"second">() = o.get<"erase">();
  std::vector<float> const again = view_of<twice>(image, both, {.seed = 4}, picture.view());
  CHECK(again != view);
}
