// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/linear_probe.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "arrays.hpp"

namespace {

using namespace ssl::evaluation;
using test::classes;
using test::code_of;
using test::rows;

/// L of `fit_linear_classifier` by loops, on standardised features with the weights that act on them.
double loss_of(basic_embeddings<double> const& features, labels const& truth, basic_embeddings<double> const& weights,
               xt::xtensor<double, 1> const& bias, double penalty) {
  double loss = 0;
  for (double const w : weights) loss += penalty * w * w;
  for (std::size_t row = 0; row < features.shape(0); ++row) {
    double sum = 0, logit_of_truth = 0;
    for (std::size_t k = 0; k < bias.size(); ++k) {
      double logit = bias(k);
      for (std::size_t d = 0; d < features.shape(1); ++d) logit += weights(k, d) * features(row, d);
      sum += std::exp(logit);
      if (static_cast<std::size_t>(truth(row)) == k) logit_of_truth = logit;
    }
    loss += (std::log(sum) - logit_of_truth) / static_cast<double>(features.shape(0));
  }
  return loss;
}

TEST_CASE("one feature and two opposite samples have a minimum in closed form") {
  double const penalty = 0.5 / (1 + std::exp(2.0));  // makes 2 / (1 + e^(2 w)) = 4 penalty w at w = 1
  auto const fit = fit_linear_classifier(rows({{-1}, {1}}), classes({0, 1}),
                                         {.penalty = penalty, .standardise = false, .gradient_tolerance = 1e-12});
  CHECK(fit.converged);
  CHECK(fit.weights(0, 0) == doctest::Approx(-1));
  CHECK(fit.weights(1, 0) == doctest::Approx(1));
  CHECK(std::abs(fit.bias(0)) < 1e-12);
  CHECK(fit.cross_entropy == doctest::Approx(std::log(1 + std::exp(-2.0))));
  CHECK(fit.loss == doctest::Approx(fit.cross_entropy + 2 * penalty));
}

TEST_CASE("the bias is free: where features say nothing it gives the shares of the classes, whatever the penalty") {
  auto const fit =
      fit_linear_classifier(rows({{5}, {5}, {5}, {5}}), classes({0, 0, 0, 1}), {.penalty = 100, .gradient_tolerance = 1e-10});
  CHECK(fit.converged);
  CHECK(fit.weights(0, 0) == 0);
  CHECK(fit.bias(0) - fit.bias(1) == doctest::Approx(std::log(3.0)));
  CHECK(fit.bias(0) + fit.bias(1) == doctest::Approx(0));
  CHECK(fit.cross_entropy == doctest::Approx(-0.75 * std::log(0.75) - 0.25 * std::log(0.25)));
}

TEST_CASE("no step away from the optimum lowers the loss, written by loops, on standardised features") {
  auto const truth = test::random_classes(150, 4, 1);
  auto const features = test::clusters(truth, 6, 2);
  double const penalty = 2e-3;
  auto const fit = fit_linear_classifier(features, truth, {.penalty = penalty, .gradient_tolerance = 1e-9});
  REQUIRE(fit.converged);
  CHECK(fit.gradient_norm <= 1e-9);

  auto const by = standardisation_of(features);
  auto const unit = standardised(features, by);
  auto weights = fit.weights;  // those that act on standardised features
  auto bias = fit.bias;
  for (std::size_t k = 0; k < 4; ++k)
    for (std::size_t d = 0; d < 6; ++d) {
      bias(k) += weights(k, d) * by.mean(d);
      weights(k, d) *= by.deviation(d);
    }
  auto const loss = [&] { return loss_of(unit, truth, weights, bias, penalty); };
  double const least = loss();
  CHECK(fit.loss == doctest::Approx(least).epsilon(1e-12));
  for (std::size_t i = 0; i < weights.size() + bias.size(); ++i) {
    double& value = i < weights.size() ? weights.data()[i] : bias(i - weights.size());
    double const kept = value, step = 1e-4;
    value = kept + step;
    double const above = loss();
    value = kept - step;
    double const below = loss();
    value = kept;
    CHECK(std::abs(above - below) / (2 * step) < 2e-8);  // the derivative; differences of third order remain
    CHECK(above > least);
    CHECK(below > least);
  }
}

TEST_CASE("standardisation is folded into the classifier") {
  auto const truth = test::random_classes(80, 3, 5);
  auto features = test::clusters(truth, 4, 6);
  for (std::size_t row = 0; row < 80; ++row) features(row, 1) = 1000 * features(row, 1) + 7, features(row, 2) = 3;
  auto const folded = fit_linear_classifier(features, truth);
  auto const unit = standardised(features, standardisation_of(features));
  auto const plain = fit_linear_classifier(unit, truth, {.standardise = false});
  auto const a = folded.scores(features), b = plain.scores(unit);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.data()[i] == doctest::Approx(b.data()[i]).epsilon(1e-6));
  CHECK(folded.weights(0, 2) == 0);
}

TEST_CASE("rows without a label do not teach, not even by their mean") {
  auto const truth = test::random_classes(60, 3, 7);
  auto const features = test::clusters(truth, 5, 8);
  basic_embeddings<double> more({61, 5}, 1e6);
  std::copy(features.begin(), features.end(), more.begin() + 5);
  labels some({61}, -1);
  std::copy(truth.begin(), truth.end(), some.begin() + 1);
  auto const fit = fit_linear_classifier(more, some);
  CHECK(fit.weights == fit_linear_classifier(features, truth).weights);
}

TEST_CASE("badly scaled and dependent features reach the optimum too") {
  auto const truth = test::random_classes(200, 3, 9);
  auto features = test::clusters(truth, 5, 10);
  for (std::size_t row = 0; row < 200; ++row) {
    features(row, 0) *= 1e4;
    features(row, 1) *= 1e-3;
    features(row, 4) = features(row, 3);
  }
  auto const fit = fit_linear_classifier(features, truth, {.standardise = false});
  CHECK(fit.converged);
  CHECK(fit.iterations < 100);
  for (int k = 0; k < 3; ++k) CHECK(fit.weights(k, 3) == doctest::Approx(fit.weights(k, 4)));
}

TEST_CASE("a class without samples is never predicted, and a single class always") {
  auto const gap = fit_linear_classifier(rows({{-1}, {-2}, {1}, {2}}), classes({0, 0, 2, 2}));
  CHECK(gap.converged);
  CHECK(gap.bias.size() == 3);
  CHECK(best_class(gap.scores(rows({{-9}, {-0.1}, {0.1}, {9}}))) == classes({0, 0, 2, 2}));

  auto const only = fit_linear_classifier(rows({{1}, {2}}), classes({0, 0}));
  CHECK(only.converged);
  CHECK(only.loss == 0);
  CHECK(best_class(only.scores(rows({{-9}, {9}}))) == classes({0, 0}));
}

TEST_CASE("a fit says when it ended before its optimum") {
  auto const truth = test::random_classes(100, 3, 11);
  auto const features = test::clusters(truth, 4, 12);
  auto const none = fit_linear_classifier(features, truth, {.max_iterations = 0});
  CHECK_FALSE(none.converged);
  CHECK(none.iterations == 0);
  CHECK(none.loss == doctest::Approx(std::log(3.0)));
  auto const few = fit_linear_classifier(features, truth, {.max_iterations = 3});
  CHECK_FALSE(few.converged);
  CHECK(few.iterations == 3);
  CHECK(few.gradient_norm > linear_probe_options{}.gradient_tolerance);
  CHECK(fit_linear_classifier(features, truth).converged);
}

TEST_CASE("separable classes without penalty end at a small gradient, not at an error") {
  auto const fit = fit_linear_classifier(rows({{-1}, {1}}), classes({0, 1}), {.penalty = 0});
  CHECK(std::isfinite(fit.weights(1, 0)));
  CHECK(fit.cross_entropy < 1e-4);
}

TEST_CASE("a probe fits on one set and counts on the other, among labelled rows only") {
  auto const train = rows<float>({{-2, 0}, {-1, 1}, {1, 0}, {2, 1}}), test = rows<float>({{-3, 0}, {3, 0}, {4, 1}, {-4, 1}});
  auto const found = linear_probe(train, classes({0, 0, 1, 1}), test, classes({0, 1, 0, -1}));
  CHECK(found.train_accuracy == 1);
  CHECK(found.test_accuracy == doctest::Approx(2.0 / 3));
  CHECK(found.test_top5 == 1);
  CHECK(found.predicted == classes({0, 1, 1, 0}));
  CHECK(found.classifier.converged);
}

TEST_CASE("the bits do not depend on the number of threads") {
  auto const truth = test::random_classes(700, 5, 13);
  auto const features = test::clusters(truth, 150, 14);
  test::expect_same_bits_for_any_threads([&] {
    auto const fit = fit_linear_classifier(features, truth);
    CHECK(fit.iterations > 8);  // the curvature was renewed
    return fit.weights;
  });
  auto const fit = fit_linear_classifier(features, truth);
  test::expect_same_bits_for_any_threads([&] { return fit.scores(features); });
}

TEST_CASE("what cannot be fitted is refused") {
  auto const features = rows({{0}, {1}, {2}});
  auto const truth = classes({0, 1, 1});
  auto const code = [&](auto const& x, labels const& y, linear_probe_options const& o) {
    return code_of([&] { fit_linear_classifier(x, y, o); });
  };
  CHECK(code(rows({}), classes({}), {}) == 640);
  CHECK(code(features, classes({0, 1}), {}) == 640);
  CHECK(code(features, classes({-1, -1, -1}), {}) == 641);
  CHECK(code(features, classes({0, 1, -2}), {}) == 642);
  CHECK(code(rows({{0}, {NAN}, {1}}), truth, {}) == 643);
  CHECK(code(features, classes({-1, 1, -1}), {}) == 644);
  CHECK(code(features, classes({-1, 1, -1}), {.standardise = false}) == 0);
  CHECK(code(features, truth, {.penalty = -1}) == 840);
  CHECK(code(features, truth, {.penalty = NAN}) == 840);
  CHECK(code(features, truth, {.gradient_tolerance = 0}) == 840);
  CHECK(code(features, truth, {.max_iterations = -1}) == 840);

  auto const fit = fit_linear_classifier(features, truth);
  CHECK(code_of([&] { fit.scores(rows({{1, 2}})); }) == 640);
  CHECK(code_of([&] { linear_probe(features, truth, rows({{1, 2}}), classes({0})); }) == 640);
  CHECK(code_of([&] { linear_probe(features, truth, features, classes({0})); }) == 640);
  CHECK(code_of([&] { linear_probe(features, truth, features, classes({-1, -1, -1})); }) == 641);
  CHECK(code_of([&] { linear_probe(features, truth, features, classes({0, 0, -2})); }) == 642);
  CHECK(code_of([&] { linear_probe(features, truth, rows({{INFINITY}}), classes({0})); }) == 643);
}

}  // namespace
