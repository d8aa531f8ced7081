// SPDX-License-Identifier: Apache-2.0
#include "ssl/testing/expression.hpp"

#include <doctest/doctest.h>

#include "ssl/testing/network.hpp"

namespace {

using namespace ssl::testing;

constexpr std::uint64_t seed = 5;

matrix drawn(int rows, int cols, std::uint32_t stream, double low = -1) { return {rows, cols, random_values<double>(rows * cols, seed, stream, low)}; }

/// A scalar formula of matrices against finite differences.
template <class Formula>
void expect_generated_gradient(std::vector<matrix> values, Formula formula) {
  auto const build = [&] {
    std::vector<expression> inputs;
    for (matrix const& m : values) inputs.push_back(expression::input(m));
    return inputs;
  };
  std::vector<expression> const inputs = build();
  expression const loss = formula(inputs);
  backward(loss);
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t j = 0; j < values[i].values.size(); ++j) {
      double& place = values[i].values[j];
      double const at = place, step = 1e-6;
      place = at + step;
      double const above = formula(build()).scalar();
      place = at - step;
      double const below = formula(build()).scalar();
      place = at;
      INFO("seed " << seed << ", input " << i << ", element " << j);
      CHECK(std::abs(inputs[i].gradient().values[j] - (above - below) / (2 * step)) < 1e-7);
    }
}

TEST_CASE("values of expressions by hand") {
  expression const x = expression::input({2, 2, std::vector<double>{3, 4, 0, 2}});
  CHECK(row_normalize(x).value().values == std::vector<double>{0.6, 0.8, 0, 1});
  CHECK(transpose(x).value().values == std::vector<double>{3, 0, 4, 2});
  CHECK(product(x, transpose(x)).value().values == std::vector<double>{25, 8, 8, 4});
  CHECK(sum(x).scalar() == 9);
  CHECK(mean(square(x)).scalar() == 29.0 / 4);
  CHECK(row_sums(x).value().values == std::vector<double>{7, 2});
  CHECK(pick(x, {1, 0}).value().values == std::vector<double>{4, 0});
  CHECK(take_rows(x, {1, 1}).value().values == std::vector<double>{0, 2, 0, 2});
  CHECK(std::abs(row_log_sum_exp(x).value()(0, 0) - std::log(std::exp(3.0) + std::exp(4.0))) < 1e-15);
  CHECK(row_log_sum_exp(x, [](int r, int c) { return r != c; }).value().values == std::vector<double>{4, 0});
  CHECK((1.0 + 2.0 * x - x * x).value().values == std::vector<double>{-2, -7, 1, 1});
  CHECK_THROWS_AS(x.scalar(), std::invalid_argument);
  CHECK_THROWS_AS(product(x, expression::input(matrix(3, 1))), std::invalid_argument);
  CHECK_THROWS_AS(x + expression::input(matrix(1, 2)), std::invalid_argument);
}

TEST_CASE("generated gradients equal finite differences") {
  matrix const a = drawn(3, 4, 1), b = drawn(3, 4, 2), c = drawn(4, 2, 3), positive = drawn(2, 3, 4, 0.2);
  expect_generated_gradient({a, b}, [](auto const& x) { return mean(square(x[0] - 2.0 * x[1]) * x[0]); });
  expect_generated_gradient({a, c}, [](auto const& x) { return sum(square(product(x[0], x[1]))); });
  expect_generated_gradient({a}, [](auto const& x) { return sum(row_normalize(x[0]) * x[0] * x[0]); });
  expect_generated_gradient({a}, [](auto const& x) { return mean(square(row_log_sum_exp(x[0], [](int r, int k) { return r != k; }))); });
  expect_generated_gradient({a}, [](auto const& x) { return sum(square(pick(log_softmax(x[0]), {3, 0, 1}))); });
  expect_generated_gradient({a}, [](auto const& x) { return sum(square(transpose(take_rows(x[0], {2, 2, 0})))); });
  expect_generated_gradient({positive}, [](auto const& x) { return sum(log(x[0]) * exp(x[0]) + broadcast(row_sums(x[0]), 3)); });
}

TEST_CASE("a value used twice gets both gradients, and backward may be called again") {
  expression const x = expression::input({1, 1, 3.0});
  expression const loss = x * x + x;
  backward(loss);
  CHECK(x.gradient()(0, 0) == 7);
  backward(loss);
  CHECK(x.gradient()(0, 0) == 7);
}

TEST_CASE("no gradient flows through detach") {
  expression const x = expression::input({1, 1, 3.0});
  backward(detach(x) * x);
  CHECK(x.gradient()(0, 0) == 3);
}

}  // namespace
