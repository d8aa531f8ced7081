// SPDX-License-Identifier: Apache-2.0
#include "ssl/losses/dcl.hpp"

#include <doctest/doctest.h>

#include "ssl/testing/loss_check.hpp"

namespace {

using namespace ssl::testing;
using ssl::shape;
using ssl::losses::dcl;
using ssl::losses::dcl_config;
using ssl::losses::positive_weights;
using ssl::losses::similarity;
using reference = ssl::backends::reference;

using weighted = dcl<dcl_config{.weights = positive_weights::hard_first}>;

TEST_CASE("dcl leaves the positive out of the denominator") {
  constexpr shape in{.n = 4, .c = 2};
  std::vector<double> const z{1, 0, 0, 1, 1, 0, 0, 1};  // positives are equal, negatives orthogonal
  auto const r = evaluate_loss<dcl<>, reference, double, in>({.temperature = 0.5}, {{z}});
  CHECK(std::abs(r.loss - (std::log(2.0) - 2)) < 1e-14);
}

TEST_CASE("dcl: equal pairs have weight 1") {
  constexpr shape in{.n = 4, .c = 2};
  std::vector<double> const z{1, 0, 0, 1, 1, 0, 0, 1};
  auto const plain = evaluate_loss<dcl<>, reference, double, in>({}, {{z}});
  auto const with_weights = evaluate_loss<weighted, reference, double, in>({}, {{z}});
  CHECK(std::abs(plain.loss - with_weights.loss) < 1e-13);
}

TEST_CASE("dcl weighs a pair that is apart more") {
  constexpr shape in{.n = 4, .c = 2};
  std::vector<double> const z{1, 0, 0, 1,   // the pair of image 1 agrees,
                              1, 0, 1, 0};  // that of image 2 is orthogonal
  double const sigma = 0.5, temperature = 1;
  double const share = std::exp(1 / sigma) / (std::exp(1 / sigma) + 1);
  double const weight = 2 - 2 * share;  // of the pair that agrees; the other's similarity is 0
  double const e = std::exp(1.0);
  // anchors a1: {b1: 0, b2: 1}; b1: {a1: 0, a2: 0}; a2: {b1: 0, b2: 1}; b2: {a1: 1, a2: 1}
  double const expected = (std::log(1 + e) - weight + std::log(2.0) + std::log(1 + e) - weight + std::log(2 * e)) / 4;
  auto const r = evaluate_loss<weighted, reference, double, in>({.temperature = temperature, .sigma = sigma}, {{z}});
  CHECK(std::abs(r.loss - expected) < 1e-14);
}

TEST_CASE_TEMPLATE("dcl in strips equals the stored form", T, float, double) {
  constexpr shape in{.n = 260, .c = 5};
  std::vector<T> const z = random_values<T>(in.elements(), 2, 0);
  using stored = dcl<dcl_config{.form = similarity::stored, .weights = positive_weights::hard_first}>;
  using tiled = dcl<dcl_config{.form = similarity::tiled, .weights = positive_weights::hard_first}>;
  auto const a = evaluate_loss<stored, reference, T, in>({}, {{z}});
  auto const b = evaluate_loss<tiled, reference, T, in>({}, {{z}});
  CHECK(std::isfinite(a.loss));
  CHECK(a.loss == b.loss);
  CHECK(a.gradient[0] == b.gradient[0]);
}

TEST_CASE("dcl accepts an even batch of at least two vectors per view") {
  auto const accepts = [](shape s) { return dcl<>::accepts(&s); };
  CHECK(accepts({.n = 4, .c = 1}));
  CHECK_FALSE(accepts({.n = 2, .c = 8}));
  CHECK_FALSE(accepts({.n = 5, .c = 8}));
}

}  // namespace
