// SPDX-License-Identifier: Apache-2.0
#include "ssl/optimizers/optimizer.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "ssl/ops/parameter_update.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/optimizers/lamb.hpp"
#include "ssl/optimizers/lars.hpp"
#include "ssl/optimizers/sgd.hpp"

/// Not in the namespace without a name, where clang would say that nobody reads their constants.
namespace no_optimizers {

struct without_update {
  struct options {};
  static constexpr int slots = 0;
};
struct without_comparison {
  struct options {};
  static constexpr int slots = 0;
  template <class T>
  struct update {
    update(options const&, ssl::index, ssl::parameter_kind) {}
    void operator()(T&, T, T*, ssl::index) const {}
  };
};

}  // namespace no_optimizers

namespace {

using namespace ssl::optimizers;
using ssl::parameter_kind;

TEST_CASE("what is no optimizer") {
  CHECK_FALSE(ssl::optimizer<int>);
  CHECK_FALSE(ssl::optimizer<no_optimizers::without_update>);
  CHECK_FALSE(ssl::optimizer<no_optimizers::without_comparison>);
}

TEST_CASE("which kinds decay") {
  CHECK(decays(decay_scope::all, parameter_kind::norm_shift));
  CHECK(decays(decay_scope::weights, parameter_kind::weight));
  CHECK_FALSE(decays(decay_scope::weights, parameter_kind::token));
  CHECK(decays(decay_scope::weights_and_tokens, parameter_kind::position));
  CHECK_FALSE(decays(decay_scope::weights_and_tokens, parameter_kind::norm_scale));
}

TEST_CASE("rates fall from the heads to the input") {
  layer_rates const rates{.decay = 0.5, .embedding = 0.25};
  CHECK(rates.at({parameter_kind::weight, 3, 0}) == 1);
  CHECK(rates.at({parameter_kind::bias, 1, 2}) == 0.25);
  CHECK(rates.at({parameter_kind::weight, 0, 3}) == 0.125 * 0.25);
  CHECK(rates.at({parameter_kind::token, 0, 3}) == 0.125);
  CHECK(layer_rates{}.at({parameter_kind::weight, 0, 7}) == 1);
  CHECK(layer_rates{.encoder = 0.1}.at({.kind = parameter_kind::weight, .encoder = true}) == 0.1);
  CHECK(layer_rates{.encoder = 0.1}.at({.kind = parameter_kind::weight}) == 1);
}

template <class Optimizer>
double first_step(double decay, ssl::parameter_traits traits) {
  typename Optimizer::options o{.learning_rate = 0.5, .weight_decay = 0, .layers = {.decay = decay}};
  typename Optimizer::template update<double> const move(o, 0, traits);
  double weight = 1, slot[2] = {};
  if constexpr (ssl::ops::adapts_to_tensors<typename Optimizer::template update<double>>)
    move(weight, 2.0, slot, 1, move.trust(1, 1));
  else
    move(weight, 2.0, slot, 1);
  return 1 - weight;
}

TEST_CASE_TEMPLATE("every optimizer knows rates of layers", Optimizer, sgd<>, adam<>, adamw, lars<>, lamb<>) {
  double const whole = first_step<Optimizer>(0.5, {parameter_kind::weight, 4, 0});
  CHECK(whole > 0);
  CHECK(std::abs(first_step<Optimizer>(0.5, {parameter_kind::weight, 1, 3}) - whole / 8) < 1e-15);
  CHECK(first_step<Optimizer>(1, {parameter_kind::weight, 1, 3}) == whole);
}

}  // namespace
