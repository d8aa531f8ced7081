// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/standardise.hpp"

#include <doctest/doctest.h>

#include "arrays.hpp"

namespace {

using namespace ssl::evaluation;
using test::code_of;
using test::rows;

TEST_CASE("columns get mean 0 and unbiased deviation 1 by the statistics of the training rows") {
  auto const by = standardisation_of(rows({{1, 10}, {2, 30}, {3, 50}}));
  CHECK(by.mean == xt::xtensor<double, 1>{2, 30});
  CHECK(by.deviation == xt::xtensor<double, 1>{1, 20});
  CHECK(standardised(rows({{1, 10}, {2, 30}, {3, 50}}), by) == rows({{-1, -1}, {0, 0}, {1, 1}}));
  CHECK(standardised(rows<float>({{4, -10}}), by) == rows<float>({{2, -2}}));
}

TEST_CASE("a constant column has a deviation of exactly 0, and becomes 0 in every data set") {
  basic_embeddings<double> const same({60'000, 1}, 0.1);  // 60,000 times 0.1 does not sum to 6,000
  auto const by = standardisation_of(same);
  CHECK(by.mean(0) == 0.1);
  CHECK(by.deviation(0) == 0);
  CHECK(standardised(rows({{0.1}, {1e9}}), by) == rows({{0}, {0}}));
}

TEST_CASE("a large mean costs no digits") {
  auto const by = standardisation_of(rows({{1e9}, {1e9 + 1}, {1e9 + 2}}));
  CHECK(by.mean(0) == 1e9 + 1);
  CHECK(by.deviation(0) == 1);
}

TEST_CASE("features without a deviation, and of another width, are refused") {
  CHECK(code_of([] { standardisation_of(rows({})); }) == 640);
  CHECK(code_of([] { standardisation_of(rows({{1, 2}})); }) == 644);
  CHECK(code_of([] { standardisation_of(rows({{1}, {INFINITY}})); }) == 643);
  CHECK(code_of([] { standardised(rows({{1, 2}}), standardisation_of(rows({{1}, {2}}))); }) == 640);
}

}  // namespace
