// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/ridge.hpp"

#include "unit/evaluation/arrays.hpp"

namespace {

using namespace ssl::evaluation;
using test::rows;

TEST_CASE("ridge on a line by hand") {
  // x - 2 = -1, 0, 1; y - 5 = -2, 0, 2: w = 4 / (2 + 2)
  auto const fit = ridge(rows({{1}, {2}, {3}}), rows({{3}, {5}, {7}}), 2.0);
  CHECK(fit.weights(0, 0) == doctest::Approx(1));
  CHECK(fit.bias(0) == doctest::Approx(3));
  CHECK(fit.outputs(rows({{10}}))(0, 0) == doctest::Approx(13));
}

TEST_CASE("a vanishing penalty finds the map that made the targets") {
  auto const x = test::random_rows(40, 5, 1);
  auto y = basic_embeddings<double>({40, 2}, 0.0);
  for (std::size_t i = 0; i < 40; ++i) y(i, 0) = 3 * x(i, 1) - x(i, 4) + 7, y(i, 1) = x(i, 0);
  auto const fit = ridge(x, y, 1e-9);
  CHECK(fit.weights(0, 1) == doctest::Approx(3));
  CHECK(fit.weights(0, 4) == doctest::Approx(-1));
  CHECK(fit.weights(1, 0) == doctest::Approx(1));
  CHECK(std::abs(fit.weights(1, 3)) < 1e-8);
  CHECK(fit.bias(0) == doctest::Approx(7));
}

TEST_CASE("more columns than rows") {
  auto const x = test::random_rows(6, 20, 2), y = test::random_rows(6, 1, 3);
  auto const predicted = ridge(x, y, 1e-6).outputs(x);
  for (std::size_t i = 0; i < 6; ++i) CHECK(predicted(i, 0) == doctest::Approx(y(i, 0)).epsilon(1e-4));
}

TEST_CASE("errors of ridge") {
  auto const x = test::random_rows(4, 2, 1), y = test::random_rows(3, 1, 1);
  CHECK(test::code_of([&] { ridge(x, y, 1.0); }) == 640);
  CHECK(test::code_of([&] { ridge(x, x, 0.0); }) == 840);
  CHECK(test::code_of([&] { ridge(x, x, 1.0).outputs(y); }) == 640);
}

TEST_CASE("ridge has the same bits for any number of threads") {
  auto const x = test::random_rows(300, 40, 4), y = test::random_rows(300, 3, 5);
  test::expect_same_bits_for_any_threads([&] { return ridge(x, y, 0.5).weights; });
}

}  // namespace
