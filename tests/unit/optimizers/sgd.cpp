// SPDX-License-Identifier: Apache-2.0
#include "ssl/optimizers/sgd.hpp"

#include "unit/optimizers/one_block.hpp"

namespace {

using namespace ssl::optimizers;
using optimizer_test::one_parameter;
using ssl::parameter_kind;
using with_nesterov = sgd<sgd_config{.nesterov = nesterov::yes}>;

static_assert(ssl::optimizer<sgd<>> && ssl::optimizer<with_nesterov> && sgd<>::slots == 1);

TEST_CASE("sgd without momentum") {
  one_parameter<sgd<>> p(1);
  CHECK(p.step({.learning_rate = 0.5, .momentum = 0}, 0, 2) == 0);
  CHECK(p.step({.learning_rate = 0.25, .momentum = 0}, 1, 4) == -1);
  CHECK(p.gradients[0] == 0);
}

TEST_CASE("sgd with momentum: the first step is the gradient's") {
  one_parameter<sgd<>> p(0);
  sgd<>::options const o{.learning_rate = 1, .momentum = 0.5};
  CHECK(p.step(o, 0, 4) == -4);      // m = 4
  CHECK(p.step(o, 1, 0) == -4 - 2);  // m = 2
  CHECK(p.step(o, 2, 1) == -6 - 2);  // m = 1 + 1
  CHECK(p.slots[0] == 2);
}

TEST_CASE("sgd: the rate stands outside the momentum") {
  one_parameter<sgd<>> p(0);
  CHECK(p.step({.learning_rate = 1, .momentum = 1}, 0, 1) == -1);
  CHECK(p.step({.learning_rate = 10, .momentum = 1}, 1, 0) == -11);
}

TEST_CASE("sgd with Nesterov's momentum") {
  one_parameter<with_nesterov> p(0);
  with_nesterov::options const o{.learning_rate = 1, .momentum = 0.5};
  CHECK(p.step(o, 0, 4) == -6);          // g + 0.5 m, m = 4
  CHECK(p.step(o, 1, 2) == -6 - 2 - 2);  // m = 4
}

TEST_CASE("sgd: decay is part of the gradient, for the kinds in its scope") {
  sgd<>::options o{.learning_rate = 1, .momentum = 0, .weight_decay = 0.25};
  auto const moved = [&](parameter_kind kind, decay_scope scope) {
    o.decays = scope;
    return one_parameter<sgd<>>(8, kind).step(o, 0, 1);
  };
  for (auto const kind : {parameter_kind::weight, parameter_kind::bias, parameter_kind::norm_scale, parameter_kind::norm_shift,
                          parameter_kind::token, parameter_kind::position}) {
    bool const weight = kind == parameter_kind::weight, token = kind == parameter_kind::token || kind == parameter_kind::position;
    CHECK(moved(kind, decay_scope::all) == 5);
    CHECK(moved(kind, decay_scope::weights) == (weight ? 5 : 7));
    CHECK(moved(kind, decay_scope::weights_and_tokens) == (weight || token ? 5 : 7));
  }
}

TEST_CASE("sgd: numbers are taken at the step") {
  sgd<>::options const o{.learning_rate = ssl::linear_ramp{.from = 0, .to = 1, .steps = 4}, .momentum = 0};
  one_parameter<sgd<>> p(0);
  CHECK(p.step(o, 0, 8) == 0);
  CHECK(p.step(o, 1, 8) == -2);
  CHECK(p.step(o, 100, 8) == -10);
}

}  // namespace
