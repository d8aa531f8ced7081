// SPDX-License-Identifier: Apache-2.0
#include "ssl/losses/mean_square_error.hpp"

#include <doctest/doctest.h>

#include "ssl/testing/loss_check.hpp"

namespace {

using namespace ssl::testing;
using ssl::shape;
using ssl::losses::mean_square_error;

TEST_CASE("mean square error by hand") {
  constexpr shape in{.n = 1, .h = 2, .c = 2};
  auto const r =
      evaluate_loss<mean_square_error, ssl::backends::reference, double, in, in>({}, {{{1, 2, 3, 4}}, {{1, 0, 6, 4}}}, 2);
  CHECK(r.loss == (4 + 9) / 4.0);
  CHECK(r.gradient[0] == std::vector<double>{0, 2, -3, 0});  // 2 * 2 (x - y) / 4
  CHECK(r.gradient[1] == std::vector<double>{0, -2, 3, 0});
}

TEST_CASE("mean square error wants equal shapes") {
  shape const different[] = {{.n = 2, .c = 3}, {.n = 3, .c = 2}}, equal[] = {{.n = 2, .c = 3}, {.n = 2, .c = 3}};
  CHECK_FALSE(mean_square_error::accepts(different));
  CHECK(mean_square_error::accepts(equal));
}

}  // namespace
