// SPDX-License-Identifier: Apache-2.0
#include "ssl/losses/cosine.hpp"

#include <doctest/doctest.h>

#include "ssl/testing/loss_check.hpp"

namespace {

using namespace ssl::testing;
using ssl::shape;
using ssl::losses::cosine;
using ssl::losses::cosine_config;
using ssl::losses::cosine_form;
using reference = ssl::backends::reference;

TEST_CASE_TEMPLATE("cosines of two rows, worked by hand", T, float, double) {
  std::vector<T> const x{1, 0, 1, 0};
  std::vector<T> const y{T(0.9), T(0.4), T(-0.5), T(0.8)};
  std::vector<T> norm_x(2), norm_y(2), cosines(2);
  reference::context c;
  ssl::ops::cosine_rows<reference>(c, 2, 2, x.data(), y.data(), norm_x.data(), norm_y.data(), cosines.data());
  double const allowed = sizeof(T) == 4 ? 1e-6 : 1e-15;
  CHECK(std::abs(cosines[0] - 0.9 / std::sqrt(0.97)) < allowed);
  CHECK(std::abs(cosines[1] + 0.5 / std::sqrt(0.89)) < allowed);
  CHECK(norm_x[0] == 1);
  CHECK(std::abs(norm_y[1] - std::sqrt(0.89)) < allowed);
}

TEST_CASE("losses of the same two rows") {
  constexpr shape in{.n = 2, .c = 2};
  std::vector<double> const x{1, 0, 1, 0}, y{0.9, 0.4, -0.5, 0.8};
  double const mean = (0.9 / std::sqrt(0.97) - 0.5 / std::sqrt(0.89)) / 2;
  auto const negative = evaluate_loss<cosine<>, reference, double, in, in>({}, {{x}, {y}});
  auto const distance =
      evaluate_loss<cosine<cosine_config{.form = cosine_form::distance}>, reference, double, in, in>({}, {{x}, {y}});
  CHECK(std::abs(negative.loss + mean) < 1e-15);
  CHECK(std::abs(distance.loss - (2 - 2 * mean)) < 1e-15);
}

TEST_CASE("each view is compared with the other view of the same image") {
  constexpr shape in{.n = 4, .c = 2};
  std::vector<double> const x{1, 0, 0,  1,   // view 1 of images a, b
                              1, 1, -1, 1};  // view 2
  std::vector<double> const y{1, 1, -1, 1, 1, 0, 0, 1};
  CHECK(std::abs(evaluate_loss<ssl::losses::negative_cosine, reference, double, in, in>({}, {{x}, {y}}).loss + 1) < 1e-15);
  CHECK(std::abs(evaluate_loss<ssl::losses::cosine_distance, reference, double, in, in>({}, {{x}, {y}}).loss) < 1e-15);
  CHECK(std::abs(evaluate_loss<cosine<>, reference, double, in, in>({}, {{x}, {y}}).loss + std::sqrt(0.5)) < 1e-15);
}

TEST_CASE("a target without gradient gets none, and the gradient of the prediction is the same") {
  constexpr shape in{.n = 4, .c = 3};
  loss_input<double> const x{random_values<double>(in.elements(), 1, 0)};
  loss_input<double> y{random_values<double>(in.elements(), 1, 1)};
  auto const both = evaluate_loss<ssl::losses::negative_cosine, reference, double, in, in>({}, {x, y});
  y.wants_gradient = false;
  auto const one = evaluate_loss<ssl::losses::negative_cosine, reference, double, in, in>({}, {x, y});
  CHECK(one.gradient[1].empty());
  CHECK(one.gradient[0] == both.gradient[0]);
  CHECK(one.loss == both.loss);
}

TEST_CASE("a zero row has cosine 0 and a gradient that is finite") {
  constexpr shape in{.n = 2, .c = 2};
  auto const r = evaluate_loss<cosine<>, reference, double, in, in>({}, {{{0, 0, 1, 0}}, {{1, 0, 1, 0}}});
  CHECK(r.loss == -0.5);
  CHECK(r.gradient[0][0] == doctest::Approx(-0.5e12));
  CHECK(r.gradient[0][1] == 0);
  CHECK(r.gradient[1][0] == 0);
}

TEST_CASE("cosine accepts equal shapes, and an even batch where views are paired") {
  shape const odd[] = {{.n = 3, .c = 4}, {.n = 3, .c = 4}}, other[] = {{.n = 4, .c = 4}, {.n = 4, .c = 5}};
  CHECK(cosine<>::accepts(odd));
  CHECK_FALSE(ssl::losses::negative_cosine::accepts(odd));
  CHECK_FALSE(cosine<>::accepts(other));
}

}  // namespace
