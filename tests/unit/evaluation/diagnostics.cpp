// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/diagnostics.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "arrays.hpp"

namespace {

using namespace ssl::evaluation;
using test::code_of;
using test::rows;

auto const unit_axes = rows({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});

TEST_CASE("singular values fall, for tall and wide matrices alike") {
  for (auto const& features : {rows({{0, 3}, {2, 0}, {0, 4}}), rows({{0, 2, 0}, {3, 0, 4}})}) {
    auto const values = singular_values(features);
    REQUIRE(values.size() == 2);
    CHECK(values(0) == doctest::Approx(5));
    CHECK(values(1) == doctest::Approx(2));
  }
}

TEST_CASE("small singular values keep their digits") {
  auto const values = singular_values(rows({{1, 1}, {0, 1e-12}}));
  CHECK(values(1) == doctest::Approx(1e-12 / std::sqrt(2.0)).epsilon(1e-3));
}

TEST_CASE("the eigenvalues of the covariance are variances along its axes, and zeros fill up to the width") {
  auto const values = covariance_eigenvalues(rows({{11, 5}, {9, 5}, {10, 7}, {10, 3}}));
  CHECK(values(0) == doctest::Approx(8.0 / 3));
  CHECK(values(1) == doctest::Approx(2.0 / 3));
  auto const wide = covariance_eigenvalues(rows<float>({{1, 0, 0, 0}, {-1, 0, 0, 0}}));
  REQUIRE(wide.size() == 4);
  CHECK(wide(0) == doctest::Approx(2));
  CHECK(std::abs(wide(3)) < 1e-12);
}

TEST_CASE("equal directions count one each: rank measures") {
  CHECK(effective_rank(unit_axes) == doctest::Approx(3).epsilon(1e-12));
  CHECK(rankme(unit_axes) == doctest::Approx(3).epsilon(1e-6));
  CHECK(effective_rank(rows({{1, 2}, {2, 4}, {-1, -2}})) == doctest::Approx(1));
  CHECK(effective_rank(rows({{2, 0}, {0, 1}})) == doctest::Approx(std::pow(1.5, 2.0 / 3) * std::pow(3.0, 1.0 / 3)));
  CHECK(effective_rank(rows({{7}})) == doctest::Approx(1));
  CHECK(rankme(rows({{0, 0}, {0, 0}})) == 0);
  CHECK(rankme(rows({{1, 0}, {1, 0}})) > effective_rank(rows({{1, 0}, {1, 0}})));  // by the 1e-7 of the empty direction
}

TEST_CASE("the deviation of normalised features is 1 / sqrt(D) on the sphere and 0 at a point") {
  CHECK(feature_std(rows({{5, 0}, {-1, 0}})) == doctest::Approx(std::sqrt(2.0) / 2));
  CHECK(feature_std(test::random_rows<float>(4000, 16, 1)) == doctest::Approx(0.25).epsilon(0.02));
  CHECK(feature_std(rows({{1, 2}, {2, 4}, {3, 6}})) == doctest::Approx(0));
}

TEST_CASE("alignment is the distance of positive pairs on the sphere") {
  auto const a = rows({{1, 0}, {2, 0}}), b = rows({{0, 3}, {5, 0}});
  CHECK(alignment(a, b) == doctest::Approx(1));
  CHECK(alignment(a, b, 1) == doctest::Approx(std::sqrt(2.0) / 2));
  CHECK(alignment(a, a) == 0);
}

TEST_CASE("uniformity is -8 for opposite points and 0 for equal ones") {
  CHECK(uniformity(rows({{3, 0}, {-1, 0}})) == doctest::Approx(-8));
  CHECK(uniformity(rows({{3, 0}, {-1, 0}}), 1) == doctest::Approx(-4));
  CHECK(uniformity(rows({{1, 1}, {2, 2}, {3, 3}})) == doctest::Approx(0));
}

TEST_CASE("uniformity counts every pair once, at every size about the borders of its blocks") {
  for (std::size_t const count : {2, 3, 255, 256, 257, 600}) {
    CAPTURE(count);
    auto const features = test::random_rows(count, 3, 4);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        double product = 0, ii = 0, jj = 0;
        for (std::size_t d = 0; d < 3; ++d)
          product += features(i, d) * features(j, d), ii += features(i, d) * features(i, d),
              jj += features(j, d) * features(j, d);
        sum += std::exp(-4 + 4 * product / std::sqrt(ii * jj));
      }
    CHECK(uniformity(features) ==
          doctest::Approx(std::log(sum / (0.5 * static_cast<double>(count * (count - 1))))).epsilon(1e-12));
  }
}

TEST_CASE("linear CKA sees neither rotation nor scale nor shift, and is 0 for unrelated features") {
  auto const a = test::random_rows(50, 2, 5);
  auto b = a;
  for (std::size_t row = 0; row < 50; ++row) b(row, 0) = 7 - 3 * a(row, 1), b(row, 1) = 3 * a(row, 0);
  CHECK(linear_cka(a, b) == doctest::Approx(1));
  CHECK(linear_cka(rows({{1}, {-1}, {1}, {-1}}), rows({{1, 0}, {1, 0}, {-1, 0}, {-1, 0}})) == doctest::Approx(0));
}

TEST_CASE("collapse to a point or to a line is told from healthy features") {
  auto const healthy = check_collapse(test::random_rows(500, 8, 6));
  CHECK_FALSE(healthy.collapsed());
  CHECK(healthy.healthy_std == doctest::Approx(1 / std::sqrt(8.0)));
  CHECK(healthy.rank > 7);

  auto point = test::random_rows(100, 8, 7);
  for (double& value : point) value = 1 + 0.01 * value;
  CHECK(check_collapse(point).complete);

  auto line = test::random_rows(100, 8, 8);
  for (std::size_t row = 0; row < 100; ++row)
    for (std::size_t column = 1; column < 8; ++column) line(row, column) = 1e-6 * line(row, column);
  auto const found = check_collapse(line);
  CHECK(found.dimensional);
  CHECK(found.collapsed());
  CHECK_FALSE(check_collapse(rows({{1}, {-1}, {1}})).dimensional);  // one column has one direction
}

TEST_CASE("the bits do not depend on the number of threads") {
  auto const features = test::random_rows<float>(700, 65, 9), others = test::random_rows<float>(700, 40, 10);
  test::expect_same_bits_for_any_threads([&] {
    return std::vector<double>{rankme(features), feature_std(features), uniformity(features), linear_cka(features, others),
                               check_collapse(features).rank};
  });
}

TEST_CASE("what has no spread, no pair or no finite value is refused") {
  auto const none = rows({}), one = rows({{1, 2}}), two = rows({{1, 2}, {3, 5}}), wrong = rows({{1, NAN}, {1, 2}});
  CHECK(code_of([&] { singular_values(none); }) == 640);
  CHECK(code_of([&] { rankme(none); }) == 640);
  CHECK(code_of([&] { alignment(two, one); }) == 640);
  CHECK(code_of([&] { linear_cka(two, one); }) == 640);
  CHECK(code_of([&] { singular_values(wrong); }) == 643);
  CHECK(code_of([&] { covariance_eigenvalues(wrong); }) == 643);
  CHECK(code_of([&] { rankme(wrong); }) == 643);
  CHECK(code_of([&] { effective_rank(wrong); }) == 643);
  CHECK(code_of([&] { feature_std(wrong); }) == 643);
  CHECK(code_of([&] { alignment(two, wrong); }) == 643);
  CHECK(code_of([&] { uniformity(wrong); }) == 643);
  CHECK(code_of([&] { linear_cka(two, wrong); }) == 643);
  CHECK(code_of([&] { covariance_eigenvalues(one); }) == 644);
  CHECK(code_of([&] { feature_std(one); }) == 644);
  CHECK(code_of([&] { uniformity(one); }) == 644);
  CHECK(code_of([&] { check_collapse(one); }) == 644);
  CHECK(code_of([&] { linear_cka(two, rows({{1}, {1}})); }) == 645);
}

}  // namespace
