// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/epoch_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace {

std::vector<std::uint32_t> order_of(std::uint64_t seed, std::uint32_t epoch, std::size_t n) {
  std::vector<std::uint32_t> order(n, 0xffffffffu);
  ssl::data::epoch_order(seed, epoch, order);
  return order;
}

}  // namespace

TEST_CASE("epoch_order is a permutation and a function of seed and epoch") {
  for (std::size_t n : {0u, 1u, 2u, 31u, 32u, 33u, 1000u}) {
    std::vector<std::uint32_t> order = order_of(7, 3, n);
    CHECK(order == order_of(7, 3, n));
    if (n > 2) {
      CHECK(order != order_of(7, 4, n));
      CHECK(order != order_of(8, 3, n));
    }
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < n; ++i) REQUIRE(order[i] == i);
  }
}

TEST_CASE("epoch_order draws all permutations of four alike") {
  constexpr int trials = 24'000;
  constexpr std::uint64_t seed = 20240607;
  INFO("seed " << seed);
  std::map<std::array<std::uint32_t, 4>, int> seen;
  for (std::uint32_t epoch = 0; epoch < trials; ++epoch) {
    std::array<std::uint32_t, 4> order;
    ssl::data::epoch_order(seed, epoch, order);
    ++seen[order];
  }
  REQUIRE(seen.size() == 24);
  double chi_square = 0;
  for (auto const& [order, count] : seen) chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  CHECK(chi_square < 49.7);  // 23 degrees of freedom, one in a thousand
  CHECK(chi_square > 5.0);   // and not more even than chance
}

TEST_CASE("epoch_order puts every image at every place alike") {
  constexpr int n = 33, trials = 33 * 400;
  std::vector<int> count(n * n);
  for (std::uint32_t epoch = 0; epoch < trials; ++epoch) {
    auto const order = order_of(5, epoch, n);
    for (int place = 0; place < n; ++place) ++count[static_cast<std::size_t>(place) * n + order[static_cast<std::size_t>(place)]];
  }
  double chi_square = 0;
  for (int c : count) chi_square += (c - 400.0) * (c - 400.0) / 400.0;
  chi_square *= (n - 1.0) / n;  // rows and columns have fixed sums
  CHECK(chi_square < 1170);     // 32 * 32 degrees of freedom, one in a thousand
  CHECK(chi_square > 880);
}
