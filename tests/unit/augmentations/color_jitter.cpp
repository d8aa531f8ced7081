// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/color_jitter.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/random_grayscale.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;

TEST_CASE("jitter: factors are uniform between 1 - s and 1 + s, not below 0; hues symmetric; the probability as given") {
  using jitter = color_jitter<jitter_order::random>;
  color_jitter_options const o{.brightness = 0.4f, .contrast = 1.5f, .saturation = 0, .hue = 0.1f, .probability = 0.3f};
  constexpr int count = 20000;
  double applied = 0, sum[4] = {}, squares[4] = {}, low[4] = {9, 9, 9, 9}, high[4] = {-9, -9, -9, -9};
  for (std::uint32_t i = 0; i < count; ++i) {
    ssl::draws stream({.seed = 11, .sample = i});
    jitter::drawn const p = jitter::draw(o, stream, {}, {});
    applied += p.applies;
    for (int k = 0; k < 4; ++k) {
      double const f = static_cast<double>(p.factor[k]);
      sum[k] += f / count, squares[k] += f * f / count, low[k] = std::fmin(low[k], f), high[k] = std::fmax(high[k], f);
    }
    CHECK(!p.wanted[2]);
  }
  double const expected_low[4] = {0.6, 0, 1, -0.1}, expected_high[4] = {1.4, 2.5, 1, 0.1};
  for (int k = 0; k < 4; ++k) {
    INFO(k);
    double const width = expected_high[k] - expected_low[k];
    CHECK(low[k] >= expected_low[k] - 1e-6);
    CHECK(high[k] <= expected_high[k] + 1e-6);
    CHECK(std::abs(sum[k] - (expected_low[k] + width / 2)) <= 0.02 * width + 1e-7);
    CHECK(std::abs(squares[k] - sum[k] * sum[k] - width * width / 12) <= 0.02 * width * width + 1e-6);
  }
  CHECK(std::abs(applied / count - 0.3) < 0.015);
}

TEST_CASE("jitter: the 24 orders are equally frequent; the fixed order is brightness, contrast, saturation, hue") {
  std::map<std::string, int> seen;
  auto const text = [](auto const& p) {
    std::string s;
    for (auto a : p.order) s.push_back("bcsh"[static_cast<int>(a)]);
    return s;
  };
  for (std::uint32_t i = 0; i < 24000; ++i) {
    ssl::draws stream({.seed = 12, .sample = i});
    ++seen[text(color_jitter<jitter_order::random>::draw({}, stream, {}, {}))];
  }
  CHECK(seen.size() == 24);
  for (auto const& entry : seen) {
    INFO(entry.first);
    CHECK(std::abs(entry.second - 1000) < 160);  // five standard deviations
  }
  ssl::draws stream({});
  CHECK(text(color_jitter<jitter_order::fixed>::draw({}, stream, {}, {})) == "bcsh");
}

TEST_CASE("jitter: in a chain it is its adjustments one after another in the drawn order") {
  using jitter = color_jitter<jitter_order::random>;
  using alone = chain<ssl::named<"jitter", jitter>>;
  alone::options o;
  o.get<"jitter">() = {.brightness = 0.4f, .contrast = 0.6f, .saturation = 0.7f, .hue = 0.3f, .probability = 1};
  random_picture const picture(13, 17, 3);
  for (std::uint32_t i = 0; i < 48; ++i) {
    ssl::draws stream({.sample = i});
    jitter::drawn const p = jitter::draw(o.get<"jitter">(), stream, {}, {});
    random_planes<float> expected(13, 17, 3);
    for (int c = 0; c < 3; ++c)
      for (int k = 0; k < 13 * 17; ++k)
        expected.whole().channel(c)[k] = static_cast<float>(picture.view().data[3 * k + c]) * unit_of_bytes<float>;
    for (auto a : p.order) {
      float const f = p.factor[static_cast<int>(a)];
      if (a == jitter::adjustment::brightness) adjust_brightness(expected.whole(), f);
      if (a == jitter::adjustment::contrast) adjust_contrast<colours::rgb>(expected.whole(), f);
      if (a == jitter::adjustment::saturation) adjust_saturation(expected.whole(), f);
      if (a == jitter::adjustment::hue) adjust_hue(expected.whole(), f);
    }
    std::vector<float> const got = view_of<alone>({1, 13, 17, 3}, o, {.sample = i}, picture.view());
    float worst = 0;
    for (int c = 0; c < 3; ++c)
      for (int k = 0; k < 13 * 17; ++k)
        worst = std::fmax(worst, std::fabs(got[static_cast<std::size_t>(3 * k + c)] - expected.whole().channel(c)[k]));
    INFO("sample ", i);
    CHECK(worst < 1e-5f);
  }
}

TEST_CASE("grey: all channels equal with the given probability") {
  using grey_only = chain<ssl::named<"gray", random_grayscale>>;
  random_picture const picture(4, 4, 3);
  int grey_views = 0;
  for (std::uint32_t i = 0; i < 4000; ++i) {
    std::vector<float> const v = view_of<grey_only>({1, 4, 4, 3}, {}, {.seed = 13, .sample = i}, picture.view());
    bool grey_view = true;
    for (std::size_t k = 0; k < v.size(); k += 3) grey_view = grey_view && v[k] == v[k + 1] && v[k] == v[k + 2];
    grey_views += grey_view;
  }
  CHECK(std::abs(grey_views - 800) < 130);  // five standard deviations
}
