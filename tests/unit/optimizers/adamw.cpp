// SPDX-License-Identifier: Apache-2.0
#include "ssl/optimizers/adamw.hpp"

#include <cmath>

#include "unit/optimizers/one_block.hpp"

namespace {

using namespace ssl::optimizers;
using optimizer_test::one_parameter;

static_assert(ssl::optimizer<adamw> && ssl::optimizer<adam<>> && adamw::slots == 2);

bool near(double a, double b) { return std::abs(a - b) <= 1e-14 * std::max(1.0, std::abs(b)); }

TEST_CASE("adamw: the first step is the rate, whatever the gradient") {
  for (double const gradient : {1e-3, 1.0, -5e4}) {
    one_parameter<adamw> p(0);
    double const w = p.step({.learning_rate = 0.1, .epsilon = 0, .weight_decay = 0}, 0, gradient);
    CHECK(near(w, gradient > 0 ? -0.1 : 0.1));
    CHECK(p.gradients[0] == 0);
  }
}

TEST_CASE("adamw: two steps by hand") {
  one_parameter<adamw> p(1);
  adamw::options const o{.learning_rate = 0.5, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 1, .weight_decay = 0.1};
  double w = 1 * (1 - 0.05);
  w -= 0.5 * 2 / (2 + 1);  // m = 1, corrected 2; v = 1, corrected 4
  CHECK(near(p.step(o, 0, 2), w));
  w = w * 0.95 - 0.5 * ((0.5 * 1 + 0.5 * -4) / 0.75) / (std::sqrt((0.75 * 1 + 0.25 * 16) / 0.4375) + 1);
  CHECK(near(p.step(o, 1, -4), w));
  CHECK(near(p.slots[0], -1.5));
  CHECK(near(p.slots[ssl::block_elements], 4.75));
}

TEST_CASE("decay: adamw shrinks the weight and leaves the moments alone, adam feeds them") {
  one_parameter<adamw> decoupled(2);
  CHECK(near(decoupled.step({.learning_rate = 0.5, .weight_decay = 0.1}, 0, 0), 2 * 0.95));
  CHECK(decoupled.slots[0] == 0);
  one_parameter<adam<>> coupled(2);
  CHECK(near(coupled.step({.learning_rate = 0.5, .epsilon = 0, .weight_decay = 0.1}, 0, 0), 1.5));
  CHECK(near(coupled.slots[0], 0.1 * 0.2));
}

TEST_CASE("decay follows its scope") {
  adamw::options const o{.learning_rate = 0.5, .weight_decay = 0.1, .decays = decay_scope::weights};
  CHECK(one_parameter<adamw>(2, ssl::parameter_kind::bias).step(o, 0, 0) == 2);
  CHECK(near(one_parameter<adamw>(2).step(o, 0, 0), 1.9));
}

TEST_CASE("defaults are PyTorch's") {
  adamw::options const w;
  adam<>::options const a;
  CHECK(w.learning_rate.at(0) == 1e-3);
  CHECK(w.weight_decay.at(0) == 1e-2);
  CHECK(a.weight_decay.at(0) == 0);
  CHECK((w.beta1 == 0.9 && w.beta2 == 0.999 && w.epsilon == 1e-8));
}

}  // namespace
