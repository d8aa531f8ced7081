// SPDX-License-Identifier: Apache-2.0
#include "ssl/optimizers/lars.hpp"

#include <cmath>

#include "unit/optimizers/one_block.hpp"

namespace {

using namespace ssl::optimizers;
using optimizer_test::block;
using optimizer_test::parameters;
using ssl::parameter_kind;

template <lars_form Form, nesterov Nesterov = nesterov::no>
using form = lars<lars_config{.form = Form, .nesterov = Nesterov}>;

static_assert(ssl::optimizer<lars<>> && ssl::optimizer<form<lars_form::solo>> && lars<>::slots == 1);

/// Two parameters, weights (3, 4) of norm 5, on given gradients.
template <class Optimizer>
struct pair : parameters<Optimizer> {
  explicit pair(double w0 = 3, double w1 = 4, parameter_kind kind = parameter_kind::weight)
      : parameters<Optimizer>({block(0, 2, kind)}, ssl::block_elements) {
    this->weights[0] = w0, this->weights[1] = w1;
  }
  /// The second weight is 4/3 of the first throughout when gradients are.
  double step(typename Optimizer::options const& o, ssl::index step, double g0, double g1) {
    this->gradients[0] = g0, this->gradients[1] = g1;
    parameters<Optimizer>::step(o, step);
    return this->weights[0];
  }
};
bool near(double a, double b) { return std::abs(a - b) <= 1e-13 * std::max(1.0, std::abs(b)); }

TEST_CASE("lars: two steps by hand") {
  pair<lars<>> p;
  lars<>::options const o{.learning_rate = 0.5, .momentum = 0.5, .coefficient = 0.1};
  double m = 0.1 * 5 / 10 * 6, w = 3 - 0.5 * m;  // |g| = 10
  CHECK(near(p.step(o, 0, 6, 8), w));
  m = 0.5 * m + 0.1 * (5 * w / 3) / 2.5 * -1.5, w -= 0.5 * m;  // |g| = 2.5, |w| = 5 w / 3
  CHECK(near(p.step(o, 1, -1.5, -2), w));
  CHECK(near(p.slots[0], m));
  CHECK(p.gradients[0] == 0);
}

TEST_CASE("lars: decay is part of what is measured") {
  pair<lars<>> p;
  // h = (0.6 + 3 * 0.8, 0.8 + 4 * 0.8) = (3, 4), so the trust ratio is the coefficient
  CHECK(near(p.step({.learning_rate = 1, .weight_decay = 0.8, .coefficient = 0.1}, 0, 0.6, 0.8), 3 - 0.1 * 3));
}

TEST_CASE("lars of SimCLR: the rate stands inside the momentum") {
  pair<form<lars_form::simclr>> p;
  form<lars_form::simclr>::options const at_1{.learning_rate = 1, .momentum = 1, .coefficient = 0.1},
      at_0{.learning_rate = 0, .momentum = 1, .coefficient = 0.1};
  CHECK(near(p.step(at_1, 0, 3, 4), 2.7));
  CHECK(near(p.step(at_0, 1, 3, 4), 2.4));  // paper's form would stand still
  pair<lars<>> still;
  lars<>::options const none{.learning_rate = 0, .momentum = 1, .coefficient = 0.1};
  CHECK(still.step(none, 0, 3, 4) == 3);
}

TEST_CASE("lars of SimCLR, popular momentum: the momentum is measured") {
  pair<form<lars_form::simclr_popular>> p;
  form<lars_form::simclr_popular>::options const o{.learning_rate = 1, .momentum = 1, .coefficient = 0.1};
  double w = 3 - 0.1 * 3;  // |u| = 5
  CHECK(near(p.step(o, 0, 3, 4), w));
  w -= 0.1 * (5 * w / 3) / 10 * 6;  // u = (6, 8)
  CHECK(near(p.step(o, 1, 3, 4), w));
}

TEST_CASE("lars of solo-learn: norms are added, and the rate bounds the step") {
  using solo = form<lars_form::solo>;
  pair<solo> p;
  double const ratio = 0.1 * 5 / (10 + 0.2 * 5 + 1e-8);
  solo::options o{.learning_rate = 0.5, .momentum = 0, .weight_decay = 0.2, .coefficient = 0.1, .limit = trust_limit::none};
  CHECK(near(p.step(o, 0, 6, 8), 3 - 0.5 * ratio * (6 + 0.6)));
  o.limit = trust_limit::rate;
  CHECK(near(pair<solo>().step(o, 0, 6, 8), 3 - ratio * 6.6));
  o.learning_rate = 0.01;  // below the ratio
  CHECK(near(pair<solo>().step(o, 0, 6, 8), 3 - 0.01 * 6.6));
}

TEST_CASE("lars where a norm is zero") {
  lars<>::options const o{.learning_rate = 1, .momentum = 0, .weight_decay = 0.5, .coefficient = 0.1};
  CHECK(pair<lars<>>(0, 0).step(o, 0, 6, 8) == -6);                 // trust 1
  CHECK(near(pair<lars<>>().step(o, 0, 0, 0), 3 - 0.1 * 2 * 1.5));  // decay alone is measured
  using solo = form<lars_form::solo>;
  solo::options const s{.learning_rate = 1, .momentum = 0, .weight_decay = 0.5, .coefficient = 0.1};
  CHECK(pair<solo>(0, 0).step(s, 0, 6, 8) == -6);
  CHECK(pair<solo>().step(s, 0, 0, 0) == 3);  // no decay either
}

TEST_CASE("lars: what does not decay does not adapt") {
  lars<>::options const o{.learning_rate = 1, .momentum = 0, .weight_decay = 0.5};
  for (auto const kind : {parameter_kind::bias, parameter_kind::norm_scale, parameter_kind::norm_shift})
    CHECK(pair<lars<>>(3, 4, kind).step(o, 0, 6, 8) == -3);
  for (auto const kind : {parameter_kind::token, parameter_kind::position})
    CHECK(pair<lars<>>(3, 4, kind).step(o, 0, 6, 8) > 2.9);
  CHECK(pair<form<lars_form::lightly>>().step({.learning_rate = 1, .momentum = 0}, 0, 6, 8) == -3);  // no decay at all
  CHECK(pair<form<lars_form::solo>>().step({.learning_rate = 1, .momentum = 0}, 0, 6, 8) > 2);
}

TEST_CASE("lars: what does not adapt may have a rate of its own, as in Barlow Twins") {
  lars<>::options const o{.learning_rate = 0.2, .momentum = 0.5, .weight_decay = 0.5, .rate_outside = 0.0048 / 0.2};
  for (auto const kind : {parameter_kind::bias, parameter_kind::norm_scale, parameter_kind::norm_shift}) {
    pair<lars<>> p(3, 4, kind);
    double m = 6, w = 3 - 0.0048 * m;
    CHECK(near(p.step(o, 0, 6, 8), w));
    m = 0.5 * m + 2, w -= 0.0048 * m;
    CHECK(near(p.step(o, 1, 2, 8), w));
  }
  lars<>::options without = o;
  without.rate_outside = 1;
  CHECK(pair<lars<>>().step(o, 0, 6, 8) == pair<lars<>>().step(without, 0, 6, 8));
}

TEST_CASE("lars with Nesterov's momentum") {
  pair<form<lars_form::paper, nesterov::yes>> p;
  form<lars_form::paper, nesterov::yes>::options const o{.learning_rate = 1, .momentum = 0.5, .coefficient = 0.1};
  CHECK(near(p.step(o, 0, 3, 4), 3 - 0.3 - 0.15));
}

TEST_CASE("defaults are the published ones") {
  CHECK(lars<>::options{}.coefficient == 1e-3);
  CHECK(form<lars_form::solo>::options{}.coefficient == 0.02);
  CHECK(form<lars_form::solo>::options{}.limit == trust_limit::rate);
  CHECK(form<lars_form::lightly>::options{}.limit == trust_limit::none);
}

}  // namespace
