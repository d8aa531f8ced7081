// SPDX-License-Identifier: Apache-2.0
#include "ssl/optimizers/lamb.hpp"

#include <cmath>

#include "unit/optimizers/one_block.hpp"

namespace {

using namespace ssl::optimizers;
using optimizer_test::one_parameter;
using ssl::parameter_kind;
using always = lamb<lamb_config{.adapts = lamb_adapts::all}>;

static_assert(ssl::optimizer<lamb<>> && lamb<>::slots == 2);

bool near(double a, double b) { return std::abs(a - b) <= 1e-13 * std::max(1.0, std::abs(b)); }

TEST_CASE("lamb: two steps by hand") {
  one_parameter<lamb<>> p(2);
  lamb<>::options const o{.learning_rate = 0.5, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 1, .weight_decay = 0.1, .clip = {}};
  // One parameter alone moves by the rate times its own size, against the sign of u.
  CHECK(near(p.step(o, 0, 2), 2 - 0.5 * 2));
  CHECK(near(p.step(o, 1, -40), 1 + 0.5 * 1));
  CHECK(near(p.slots[0], 0.5 * 1 + 0.5 * -40));
  CHECK(near(p.slots[ssl::block_elements], 0.75 * 1 + 0.25 * 1600));
}

TEST_CASE("lamb: the step has the size of the weights, along Adam's direction plus decay") {
  optimizer_test::parameters<lamb<>> p({optimizer_test::block(0, 2)}, ssl::block_elements);
  p.weights[0] = 3, p.weights[1] = 4, p.gradients[0] = 1, p.gradients[1] = -1;
  p.step({.learning_rate = 1, .epsilon = 0.5, .weight_decay = 0.5, .clip = {}}, 0);
  double const u0 = 1 / 1.5 + 1.5, u1 = -1 / 1.5 + 2, ratio = 5 / std::sqrt(u0 * u0 + u1 * u1);
  CHECK(near(p.weights[0], 3 - ratio * u0));
  CHECK(near(p.weights[1], 4 - ratio * u1));
}

TEST_CASE("lamb without decay is Adam, unless it always adapts") {
  lamb<>::options const o{.learning_rate = 0.5, .epsilon = 0, .weight_decay = 0, .clip = {}};
  CHECK(near(one_parameter<lamb<>>(8).step(o, 0, 3), 7.5));
  CHECK(near(one_parameter<always>(8).step({.learning_rate = 0.5, .epsilon = 0, .weight_decay = 0, .clip = {}}, 0, 3), 4));
  lamb<>::options const decayed{.learning_rate = 0.5, .epsilon = 0, .weight_decay = 0.1, .clip = {}};
  CHECK(near(one_parameter<lamb<>>(8, parameter_kind::bias).step(decayed, 0, 3), 7.5));
  CHECK(near(one_parameter<lamb<>>(0).step(decayed, 0, 3), -0.5));  // a norm of 0
}

TEST_CASE("lamb clips the whole gradient to norm 1") {
  gradient_clip const clip = lamb<>::options{}.clip;
  CHECK((clip.scope == clip_scope::global && clip.norm.at(0) == 1 && clip.epsilon == 0));
  one_parameter<lamb<>> p(2);
  p.step({}, 0, -50);
  CHECK(near(p.slots[0], -0.1));
}

}  // namespace
