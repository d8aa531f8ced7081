// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/pca.hpp"

#include <cmath>

#include "unit/evaluation/arrays.hpp"

namespace {

using namespace ssl::evaluation;
using test::rows;

TEST_CASE("pca of a line by hand") {
  auto const found = pca(rows({{-3, 1}, {0, 5}, {3, 9}}), 2);  // along (3, 4) / 5
  CHECK(found.mean(0) == 0);
  CHECK(found.mean(1) == 5);
  CHECK(found.components(0, 0) == doctest::Approx(0.6));
  CHECK(found.components(0, 1) == doctest::Approx(0.8));
  CHECK(found.explained_variance(0) == doctest::Approx(25));
  CHECK(std::abs(found.explained_variance(1)) < 1e-12);
  CHECK(found.explained_variance_ratio(0) == doctest::Approx(1));
  auto const projected = found.project(rows({{3, 9}, {-4, 8}}));
  CHECK(projected(0, 0) == doctest::Approx(5));
  CHECK(std::abs(projected(1, 0)) < 1e-12);
}

TEST_CASE("wide and tall features give orthogonal components, whose variances add up") {
  for (auto const& [count, width] : {std::pair<std::size_t, std::size_t>{30, 7}, {6, 25}}) {
    ssl::index const most = static_cast<ssl::index>(std::min(count - 1, width));
    auto const found = pca(test::random_rows(count, width, 8), most);
    double ratios = 0;
    for (std::size_t a = 0; a < static_cast<std::size_t>(most); ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        double dot = 0;
        for (std::size_t i = 0; i < width; ++i) dot += found.components(a, i) * found.components(b, i);
        CHECK(std::abs(dot - (a == b ? 1 : 0)) < 1e-12);
      }
      ratios += found.explained_variance_ratio(a);
    }
    CHECK(ratios == doctest::Approx(1));
  }
}

TEST_CASE("constant features") {
  auto const found = pca(rows({{1, 2}, {1, 2}}), 1);
  CHECK(found.explained_variance_ratio(0) == 0);
}

TEST_CASE("errors of pca") {
  auto const x = test::random_rows(4, 3, 1);
  CHECK(test::code_of([&] { pca(x, 0); }) == 840);
  CHECK(test::code_of([&] { pca(x, 4); }) == 840);
  CHECK(test::code_of([&] { pca(rows({{1, 2}}), 1); }) == 644);
  CHECK(test::code_of([&] { pca(x, 2).project(rows({{1, 2}})); }) == 640);
}

TEST_CASE("pca has the same bits for any number of threads") {
  auto const x = test::random_rows(300, 40, 4);
  test::expect_same_bits_for_any_threads([&] { return pca(x, 5).components; });
}

}  // namespace
