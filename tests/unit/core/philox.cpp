// SPDX-License-Identifier: Apache-2.0
#include "ssl/core/philox.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace {

using namespace ssl;

constexpr bool equal(philox_block const& a, philox_block const& b) {
  return a.word[0] == b.word[0] && a.word[1] == b.word[1] && a.word[2] == b.word[2] && a.word[3] == b.word[3];
}

TEST_CASE("the published vectors of Philox4x32-10") {
  CHECK(equal(philox4x32({{0, 0, 0, 0}}, 0), {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}));
  CHECK(equal(philox4x32({{~0u, ~0u, ~0u, ~0u}}, ~std::uint64_t{0}), {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}));
  CHECK(equal(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0x299f31d0a4093822),
              {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}));
  static_assert(equal(philox4x32({{0, 0, 0, 0}}, 0), {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}));
}

TEST_CASE("a stream is a function of its key: counter 0 first, four words a block") {
  draw_key const key{.seed = 7, .epoch = 3, .sample = 11, .view = 1, .operation = 5};
  draws d(key);
  for (std::uint32_t counter = 0; counter < 3; ++counter) {
    philox_block const block = philox4x32({{11, 3, (1u << 16) | 5, counter}}, 7);
    for (std::uint32_t word : block.word) CHECK(d.bits() == word);
  }
}

TEST_CASE("every member of the key selects another stream") {
  draw_key const key{.seed = 7, .epoch = 3, .sample = 11, .view = 1, .operation = 5};
  std::uint32_t const first = draws(key).bits();
  auto const other = [&](auto change) {
    draw_key k = key;
    change(k);
    return draws(k).bits() != first;
  };
  CHECK(other([](draw_key& k) { ++k.seed; }));
  CHECK(other([](draw_key& k) { k.seed += std::uint64_t{1} << 32; }));
  CHECK(other([](draw_key& k) { ++k.epoch; }));
  CHECK(other([](draw_key& k) { ++k.sample; }));
  CHECK(other([](draw_key& k) { ++k.view; }));
  CHECK(other([](draw_key& k) { ++k.operation; }));
}

TEST_CASE("uniform draws lie in [0, 1) and have the mean and variance of a uniform distribution") {
  constexpr int count = 100'000;
  draws d({.seed = 1});
  double sum = 0, squares = 0;
  float low = 1, high = 0;
  for (int i = 0; i < count; ++i) {
    float const u = d.uniform();
    sum += u, squares += double(u) * u;
    low = u < low ? u : low, high = u > high ? u : high;
  }
  INFO("seed 1");
  CHECK(low >= 0);
  CHECK(high < 1);
  CHECK(std::abs(sum / count - 0.5) < 0.004);  // four standard errors
  CHECK(std::abs(squares / count - 1.0 / 3) < 0.004);
}

TEST_CASE("integers below a bound are all drawn, and about equally often") {
  int seen[7] = {};
  draws d({.seed = 2});
  for (int i = 0; i < 7000; ++i) {
    std::uint32_t const k = d.below(7);
    REQUIRE(k < 7);
    ++seen[k];
  }
  INFO("seed 2");
  for (int n : seen) CHECK(std::abs(n - 1000) < 150);
}

TEST_CASE("a chance of 0 never comes, a chance of 1 always") {
  draws d({.seed = 3});
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(d.chance(0));
  for (int i = 0; i < 1000; ++i) CHECK(d.chance(1));
}

TEST_CASE("a double draw uses two words") {
  draws a({.seed = 4}), b({.seed = 4});
  std::uint64_t const high = a.bits(), low = a.bits();
  CHECK(b.uniform_double() == static_cast<double>(((high << 32) | low) >> 11) / 9007199254740992.0);
  CHECK(a.bits() == b.bits());
}

}  // namespace
