// SPDX-License-Identifier: Apache-2.0
#include "ssl/optimizers/adamw.hpp"
#include "ssl/optimizers/lamb.hpp"
#include "ssl/optimizers/lars.hpp"
#include "ssl/optimizers/sgd.hpp"

#include <cmath>

#include "ssl/testing/network.hpp"
#include "unit/optimizers/one_block.hpp"

namespace {

using namespace ssl::optimizers;
using optimizer_test::block;
using optimizer_test::parameters;

constexpr int elements = 32;
constexpr std::uint64_t seed = 31;

/// Where eight steps on given gradients lead; `gradient(step, i, weight)`.
template <class Optimizer, class Gradient>
std::vector<double> after_steps(typename Optimizer::options const& o, std::vector<double> const& start, Gradient gradient) {
  parameters<Optimizer> p({block(0, elements)}, elements);
  p.weights = start;
  for (int step = 0; step < 8; ++step) {
    for (int i = 0; i < elements; ++i) p.gradients[i] = gradient(step, i, p.weights[i]);
    p.step(o, step);
  }
  return p.weights;
}

std::vector<double> start() { return ssl::testing::random_values<double>(elements, seed, 0); }
double noise(int step, int i) {
  return ssl::testing::random_values<double>(elements, seed, 1 + static_cast<std::uint32_t>(step))[i];
}

double distance(std::vector<double> const& a, std::vector<double> const& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

using with_nesterov = sgd<sgd_config{.nesterov = nesterov::yes}>;
using solo_lars = lars<lars_config{.form = lars_form::solo}>;

TEST_CASE_TEMPLATE("no gradient and no decay: nothing moves", Optimizer, sgd<>, with_nesterov, adam<>, adamw, lars<>, solo_lars,
                   lamb<>) {
  CHECK(after_steps<Optimizer>({.weight_decay = 0}, start(), [](int, int, double) { return 0.0; }) == start());
}

TEST_CASE_TEMPLATE("a rate of zero: nothing moves", Optimizer, sgd<>, with_nesterov, adam<>, adamw, lars<>, solo_lars, lamb<>) {
  CHECK(after_steps<Optimizer>({.learning_rate = 0, .weight_decay = 0.1}, start(),
                               [](int s, int i, double) { return noise(s, i); }) == start());
}

TEST_CASE_TEMPLATE("the mirrored problem has the mirrored path", Optimizer, sgd<>, with_nesterov, adam<>, adamw, lars<>,
                   solo_lars, lamb<>) {
  std::vector<double> mirrored = start();
  for (double& w : mirrored) w = -w;
  typename Optimizer::options const o{.learning_rate = 0.05, .weight_decay = 0.1};
  std::vector<double> a = after_steps<Optimizer>(o, start(), [](int s, int i, double) { return noise(s, i); });
  for (double& w : a) w = -w;
  CHECK(a == after_steps<Optimizer>(o, mirrored, [](int s, int i, double) { return -noise(s, i); }));
}

TEST_CASE_TEMPLATE("Adam's path does not change with the scale of the gradients", Optimizer, adam<>, adamw) {
  typename Optimizer::options const o{.learning_rate = 0.05, .epsilon = 0, .weight_decay = 0};
  auto const a = after_steps<Optimizer>(o, start(), [](int s, int i, double) { return noise(s, i); });
  auto const b = after_steps<Optimizer>(o, start(), [](int s, int i, double) { return 1024 * noise(s, i); });
  INFO("seed " << seed);
  CHECK(distance(a, b) < 1e-14);
  CHECK(distance(a, start()) > 0.1);
}

TEST_CASE_TEMPLATE("LARS takes a first step whose length does not change with the scale of the gradient", Optimizer, lars<>,
                   lars<lars_config{.form = lars_form::simclr}>, lars<lars_config{.form = lars_form::simclr_popular}>) {
  auto const moved = [](double scale) {
    parameters<Optimizer> p({block(0, elements)}, elements);
    p.weights = start();
    for (int i = 0; i < elements; ++i) p.gradients[i] = scale * noise(0, i);
    p.step({.learning_rate = 2, .coefficient = 0.25}, 0);
    return distance(p.weights, start());
  };
  INFO("seed " << seed);
  CHECK(moved(1) > 0.1);
  CHECK(std::abs(moved(1024) - moved(1)) < 1e-12);
}

TEST_CASE("sgd's path scales with its gradients") {
  sgd<>::options const o{.learning_rate = 0.05};
  auto const a = after_steps<sgd<>>(o, std::vector<double>(elements), [](int s, int i, double) { return noise(s, i); });
  auto b = after_steps<sgd<>>(o, std::vector<double>(elements), [](int s, int i, double) { return 4 * noise(s, i); });
  for (double& w : b) w /= 4;
  CHECK(a == b);
}

TEST_CASE_TEMPLATE("every optimizer descends a bowl", Optimizer, sgd<>, with_nesterov, adam<>, adamw, lars<>, solo_lars, lamb<>) {
  auto const end = after_steps<Optimizer>({.learning_rate = 0.05}, start(), [](int, int, double w) { return w; });
  double before = 0, after = 0;
  for (double w : start()) before += w * w;
  for (double w : end) after += w * w;
  CHECK(after < before);
}

TEST_CASE("clipping bounds the norm of the gradient that an update sees, and keeps its direction") {
  for (double const scale : {0.01, 1.0, 1000.0}) {
    parameters<sgd<>> p({block(0, elements)}, elements);
    for (int i = 0; i < elements; ++i) p.gradients[i] = scale * noise(0, i);
    std::vector<double> const given = p.gradients;
    p.step({.learning_rate = 1, .momentum = 0, .clip = {.norm = 0.5, .scope = clip_scope::global}}, 0);
    double moved = 0, before = 0, along = 0;
    for (int i = 0; i < elements; ++i)
      moved += p.weights[i] * p.weights[i], before += given[i] * given[i], along -= given[i] * p.weights[i];
    INFO("seed " << seed << ", scale " << scale);
    CHECK(std::sqrt(moved) <= 0.5);
    CHECK(std::abs(along - std::sqrt(moved * before)) < 1e-9 * std::max(1.0, along));
    if (std::sqrt(before) < 0.4) CHECK(std::abs(moved - before) < 1e-15);
  }
}

TEST_CASE("an average of weights that stand still approaches them and never passes them") {
  std::vector<double> const weights(16, 1.0);
  std::vector<double> average(16, 0.0);
  optimizer_test::reference::context c;
  double last = 0;
  for (int i = 0; i < 50; ++i) {
    moving_average<ssl::environment<optimizer_test::reference, double>>(c, weights.data(), average.data(), 16, 0.9);
    CHECK(average[7] > last);
    CHECK(average[7] < 1);
    last = average[7];
  }
  CHECK(last > 0.99);
}

}  // namespace
