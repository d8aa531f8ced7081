// SPDX-License-Identifier: Apache-2.0
#include "ssl/core/shape.hpp"

#include <doctest/doctest.h>

namespace {

using ssl::round_up;
using ssl::shape;

TEST_CASE("a shape is rows times channels") {
  constexpr shape s{.n = 2, .h = 3, .w = 5, .c = 7};
  static_assert(s.tokens() == 15 && s.rows() == 30 && s.elements() == 210);
  CHECK(s.with_batch(4) == shape{.n = 4, .h = 3, .w = 5, .c = 7});
  CHECK(s.with_channels(1) == shape{.n = 2, .h = 3, .w = 5});
  CHECK(s != s.with_batch(3));
  CHECK_FALSE(s.with_channels(0).positive());
}

TEST_CASE("sizes beyond 32 bits do not overflow") {
  constexpr shape s{.n = 1 << 16, .h = 1 << 10, .w = 1 << 10, .c = 3};
  static_assert(s.elements() == (ssl::index{3} << 36));
  CHECK(s.rows() == ssl::index{1} << 36);
}

TEST_CASE("rounding up to a multiple") {
  CHECK((round_up(0, 16) == 0 && round_up(1, 16) == 16 && round_up(16, 16) == 16 && round_up(17, 16) == 32));
}

}  // namespace
