// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/to_lab.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "ssl/augmentations/chain.hpp"
#include "ssl/ops/ab_bins.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;
using ssl::named;

namespace {

using lab_only = chain<named<"lab", to_lab>>;
static_assert(lab_only::accepts({1, 2, 2, 3}) && !lab_only::accepts({1, 2, 2, 1}));
static_assert(ssl::ops::ab_of_bin(0) == ssl::ops::ab_colour{-90, 50} && ssl::ops::ab_of_bin(312) == ssl::ops::ab_colour{100, 0});

}  // namespace

TEST_CASE("Lab: white, black, and red in the units of the stage") {
  std::vector<std::uint8_t> const pixels{255, 255, 255, 0, 0, 0, 255, 0, 0};
  std::vector<float> const lab = view_of<lab_only>({1, 1, 3, 3}, {}, {}, {pixels.data(), 1, 3, 3});
  std::vector<double> const expected{0.5, 0, 0, -0.5, 0, 0, (53.2406 - 50) / 100, 80.0942 / 110, 67.2015 / 110};
  for (std::size_t i = 0; i < 9; ++i) {
    INFO(i);
    CHECK(static_cast<double>(lab[i]) == doctest::Approx(expected[i]).epsilon(1e-3));
  }
}

TEST_CASE("Lab: there and back is the same colour") {
  for (int i = 0; i < 9 * 9 * 9; ++i) {
    ssl::ops::colour<double> const rgb{{i % 9 / 8.0, i / 9 % 9 / 8.0, i / 81 / 8.0}};
    ssl::ops::colour<double> const back = ssl::ops::lab_to_srgb(ssl::ops::srgb_to_lab(rgb));
    for (int c = 0; c < 3; ++c) CHECK(std::abs(back.v[c] - rgb.v[c]) < 1e-5);
  }
}

TEST_CASE("colours of colorization: a bin is nearest to itself, weights sum to 1, and far colours have weights too") {
  double all[ssl::ops::ab_bin_count] = {};
  for (int q = 0; q < ssl::ops::ab_bin_count; ++q) {
    auto const centre = ssl::ops::ab_of_bin(q);
    int bins[5];
    double weights[5], sum = 0;
    ssl::ops::soft_ab_bins<5>(static_cast<double>(centre.a), static_cast<double>(centre.b), 5.0, bins, weights);
    CHECK(bins[0] == q);
    for (double w : weights) sum += w;
    CHECK(sum == doctest::Approx(1));
    all[q] = 1.0 / ssl::ops::ab_bin_count;
  }
  int bins[10];
  float weights[10];
  ssl::ops::soft_ab_bins<10>(500.0f, -500.0f, 5.0f, bins, weights);
  CHECK(weights[0] > 0.1f);
  double a, b, balanced[ssl::ops::ab_bin_count];
  ssl::ops::mean_ab(all, a, b);
  CHECK(std::abs(a) < 30);
  ssl::ops::rebalance_ab_bins(all, 0.5, 1.0, balanced);
  CHECK(balanced[7] == doctest::Approx(1));
}
