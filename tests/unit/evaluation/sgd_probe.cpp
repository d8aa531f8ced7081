// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/sgd_probe.hpp"

#include <cmath>

#include "ssl/optimizers/lars.hpp"
#include "unit/evaluation/arrays.hpp"

namespace {

using namespace ssl::evaluation;

/// One step of the definition, on all samples, in plain loops.
struct plain_classifier {
  std::vector<std::vector<double>> weights;
  std::vector<double> bias;

  double step(basic_embeddings<double> const& x, labels const& y, double rate) {
    auto gradient = weights;
    for (auto& row : gradient) std::fill(row.begin(), row.end(), 0.0);
    std::vector<double> bias_gradient(bias.size(), 0.0);
    double loss = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      std::vector<double> p(bias);
      double sum = 0;
      for (std::size_t k = 0; k < p.size(); ++k) {
        for (std::size_t d = 0; d < x.shape(1); ++d) p[k] += weights[k][d] * x(i, d);
        sum += std::exp(p[k]);
      }
      loss += (std::log(sum) - p[static_cast<std::size_t>(y(i))]) / static_cast<double>(y.size());
      for (std::size_t k = 0; k < p.size(); ++k) {
        double const g = (std::exp(p[k]) / sum - (static_cast<std::int32_t>(k) == y(i))) / static_cast<double>(y.size());
        bias_gradient[k] += g;
        for (std::size_t d = 0; d < x.shape(1); ++d) gradient[k][d] += g * x(i, d);
      }
    }
    for (std::size_t k = 0; k < bias.size(); ++k) {
      bias[k] -= rate * bias_gradient[k];
      for (std::size_t d = 0; d < weights[k].size(); ++d) weights[k][d] -= rate * gradient[k][d];
    }
    return loss;
  }
};

TEST_CASE("steps are those of the definition, for odd numbers of samples, classes and columns") {
  for (std::size_t const count : {5, 8, 11})
    for (std::int32_t const classes : {2, 3, 5}) {
      auto y = test::random_classes(count, classes, 3);
      y(0) = classes - 1;
      auto const x = test::random_rows(count, 7, 4);
      detail::trained_classifier<ssl::optimizers::sgd<>, double> found(classes, 7, 9);
      plain_classifier plain;
      for (ssl::index k = 0; k < classes; ++k) {
        plain.weights.emplace_back();
        for (ssl::index d = 0; d < 7; ++d) plain.weights.back().push_back(found.weights()(k, d));
        plain.bias.push_back(0);
      }
      for (ssl::index step = 0; step < 3; ++step) {
        double const loss = found.step(
            {.learning_rate = 0.5, .momentum = 0}, step, static_cast<ssl::index>(count),
            [&](ssl::index i) { return x.data() + i * 7; }, [&](ssl::index i) { return y(i); });
        CHECK(loss == doctest::Approx(plain.step(x, y, 0.5)).epsilon(1e-12));
      }
      for (ssl::index k = 0; k < classes; ++k) {
        CHECK(std::abs(found.bias()(k) - plain.bias[static_cast<std::size_t>(k)]) < 1e-13);
        CHECK(std::abs(found.weights()(k, 6) - plain.weights[static_cast<std::size_t>(k)][6]) < 1e-13);
      }
    }
}

TEST_CASE("the probe learns to tell classes apart, with and without unlabelled rows") {
  auto y = test::random_classes(300, 3, 1);
  auto const x = test::clusters(y, 6, 2);
  sgd_probe_options<> const options{.epochs = 60, .batch = 20, .learning_rate = 0.2};
  auto const found = sgd_probe(x, y, x, y, options);
  CHECK(found.loss < 0.25);
  CHECK(found.test_accuracy > 0.9);
  CHECK(found.train_accuracy == found.test_accuracy);
  CHECK(found.test_top5 == 1);
  for (std::size_t i = 0; i < 300; i += 2) y(i) = -1;
  CHECK(sgd_probe(x, y, x, y, options).test_accuracy > 0.85);
}

TEST_CASE("a batch norm before the classifier makes it blind to shift and scale, and is folded into what is returned") {
  auto const y = test::random_classes(200, 4, 1);
  auto const x = test::clusters(y, 5, 2);
  auto moved = x;
  for (std::size_t i = 0; i < 200; ++i)
    for (std::size_t d = 0; d < 5; ++d) moved(i, d) = 100 + 1e3 * x(i, d);
  sgd_probe_options<> const options{.epochs = 30, .batch = 50, .learning_rate = 0.5, .input = probe_input::batch_norm};
  auto const a = sgd_probe(x, y, x, y, options), b = sgd_probe(moved, y, moved, y, options);
  CHECK(a.loss == doctest::Approx(b.loss).epsilon(1e-4));
  CHECK(std::abs(a.test_accuracy - b.test_accuracy) < 0.011);
  CHECK(a.test_accuracy > 0.7);
  auto const mae = sgd_probe<ssl::optimizers::lars<>>(
      moved, y, moved, y, {.epochs = 90, .batch = 50, .learning_rate = 2, .warmup_epochs = 10, .input = probe_input::batch_norm});
  CHECK(mae.test_accuracy > 0.6);
}

TEST_CASE("running statistics are torch's") {
  detail::input_norm<double> norm(1);
  detail::matrix<double> rows(2, 1);
  rows << 1, 5;
  norm.normalise(rows);
  CHECK(rows(0, 0) == doctest::Approx(-1));
  CHECK(norm.mean(0) == doctest::Approx(0.3));
  CHECK(norm.variance(0) == doctest::Approx(0.9 + 0.1 * 8));
}

TEST_CASE("the probe has the same bits for any number of threads, and others with another seed") {
  auto const y = test::random_classes(64, 3, 1);
  auto const x = test::clusters(y, 6, 2);
  auto const run = [&](std::uint64_t seed) {
    return sgd_probe(x, y, x, y, {.epochs = 2, .batch = 16, .seed = seed}).classifier.weights;
  };
  test::expect_same_bits_for_any_threads([&] { return run(1); });
  CHECK_FALSE(run(1) == run(2));
}

TEST_CASE("errors of the probe") {
  auto const y = test::random_classes(8, 2, 1);
  auto const x = test::random_rows(8, 3, 1);
  auto const code = [&](sgd_probe_options<> const& o) { return test::code_of([&] { sgd_probe(x, y, x, y, o); }); };
  CHECK(code({.epochs = 0, .batch = 4}) == 840);
  CHECK(code({.batch = 9}) == 840);
  CHECK(code({.batch = 1, .input = probe_input::batch_norm}) == 840);
  CHECK(test::code_of([&] { sgd_probe(x, y, test::random_rows(8, 2, 1), y, {.batch = 4}); }) == 640);
}

}  // namespace
