// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "objectives/adversarial.hpp"
#include "objectives/moving_target.hpp"
#include "objectives/queue.hpp"
#include "objectives/tiny.hpp"
#include "unit/pipeline/arrays.hpp"

/// What averages, states and phases do in a step, against plain loops.
namespace {

using namespace tiny;
using ssl::index;
using testing::random_batches;

template <class Run>
run_options<Run> moving() {
  run_options<Run> o;
  o.optimizer.learning_rate = 0.5;
  return o;
}

std::vector<double> mixed(std::vector<double> average, std::vector<double> const& weights, double momentum) {
  for (std::size_t i = 0; i < average.size(); ++i) average[i] = momentum * average[i] + (1 - momentum) * weights[i];
  return average;
}

/// The largest difference of the elements that both have.
double distance(std::vector<double> const& a, std::vector<double> const& b) {
  double most = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

TEST_CASE("an average begins as the weights and moves after the optimizer, toward the new weights") {
  using r = run<moving_target<average_moves::after_optimizer>>;
  backends::reference::context c;
  run_options<r> o = moving<r>();
  o.objective.momentum = linear_ramp{.from = 0.5, .to = 0.9, .steps = 3};
  pipeline<r> p(c, o);
  random_batches<r> batches(o, 4);
  CHECK(p.elements(array::averages) < p.elements(array::parameters));  // nothing follows the predictor
  CHECK(distance(values(p, array::averages), values(p, array::parameters)) == 0);
  for (int step = 0; step < 4; ++step) {
    std::vector<double> const before = values(p, array::averages);
    p.step(batches.next());
    std::vector<double> const weights = values(p, array::parameters), after = values(p, array::averages);
    CHECK(distance(after, mixed(before, weights, o.objective.momentum.at(step))) < 1e-15);
    CHECK(distance(after, weights) > 1e-4);
  }
}

TEST_CASE("an average that moves before the forward pass follows the weights of the step before, and the target uses it") {
  using r = run<moving_target<average_moves::before_forward>>;
  backends::reference::context c;
  run_options<r> const o = moving<r>();
  pipeline<r> p(c, o);
  random_batches<r> batches(o, 4);
  for (int step = 0; step < 4; ++step) {
    std::vector<double> const weights = values(p, array::parameters), before = values(p, array::averages);
    std::vector<double> const expected = mixed(before, weights, 0.75);
    batch_input const& batch = batches.next();

    pipeline<r> q(c, o);  // the same step taken apart
    q.write(array::parameters, weights.data());
    q.write(array::averages, expected.data());
    double const loss = q.forward_backward(batch);

    CHECK(p.step(batch) == loss);
    CHECK(distance(values(p, array::averages), expected) < 1e-15);
    if (step > 0) CHECK(distance(before, expected) > 1e-4);
  }
}

TEST_CASE("an average has running statistics of its own forward passes") {
  using r = run<moving_target<average_moves::after_optimizer>>;
  backends::reference::context c;
  run_options<r> const o = moving<r>();
  pipeline<r> p(c, o);
  random_batches<r> batches(o, 3);
  CHECK(distance(values(p, array::average_buffers), values(p, array::buffers)) == 0);
  p.step(batches.next());  // average and weights are equal while it runs forward
  CHECK(distance(values(p, array::average_buffers), values(p, array::buffers)) == 0);
  p.step(batches.next());
  CHECK(distance(values(p, array::average_buffers), values(p, array::buffers)) > 1e-6);
}

/// What the unit_mlp of a run makes of some views with given weights, by a network of its own.
template <class Run>
std::vector<double> features(std::vector<double> const& views, std::vector<double> const& weights) {
  testing::single_network<unit_mlp, Run::image.with_batch(Run::batch), backends::reference> net;
  for (block_info const& b : inventory<Run>(block_set::parameters))
    net.set_parameter(b.name.substr(std::string("encoder.").size()),
                      {weights.begin() + b.offset, weights.begin() + b.offset + b.elements});
  return net.forward(views);
}

template <state_moves When>
void expect_queue() {
  constexpr int kept = 7, width = 5;  // three keys a step, so that the third step wraps around
  using r = run<queued_keys<kept, width, When>, unit_mlp>;
  backends::reference::context c;
  run_options<r> const o = moving<r>();
  pipeline<r> p(c, o);
  random_batches<r> batches(o, 5);

  std::vector<double> expected = values(p, array::states);
  for (int row = 0; row < kept; ++row) {
    double square = 0;
    for (int i = 0; i < width; ++i) square += expected[row * width + i] * expected[row * width + i];
    CHECK(square == doctest::Approx(1.0).epsilon(1e-6));
    if (row > 0) CHECK(expected[row * width] != expected[0]);
  }
  expected.resize(kept * width);
  for (int step = 0, next = 0; step < 5; ++step) {
    batch_input const& batch = batches.next();
    index const view = r::image.elements() * r::batch;
    std::vector<double> const second(batch.views[0] + view, batch.views[0] + 2 * view);
    std::vector<double> const queue = expected;
    p.step(batch);
    std::vector<double> const keys = features<r>(second, values(p, array::averages));  // it moved before the forward pass
    for (std::size_t i = 0; i < keys.size(); ++i, next = (next + 1) % (kept * width)) expected[next] = keys[i];
    std::vector<double> found = values(p, array::states);
    found.resize(kept * width);
    CHECK(distance(found, expected) < 1e-14);
    CHECK(distance(queue, expected) > 1e-2);
  }
}

TEST_CASE("a queue takes the keys of a step in the place of the oldest, round and round") {
  expect_queue<state_moves::after_optimizer>();
  expect_queue<state_moves::before_optimizer>();
}

TEST_CASE("a loss reads the state of before the step") {
  using r = run<queued_keys<7, 5>, unit_mlp>;
  backends::reference::context c;
  pipeline<r> p(c, moving<r>()), q(c, moving<r>());
  random_batches<r> batches(p.options(), 2);
  p.step(batches.next());
  for (array which : {array::parameters, array::averages, array::states}) q.write(which, values(p, which).data());
  batch_input const& batch = batches.next();
  std::vector<double> const averages = mixed(values(p, array::averages), values(p, array::parameters), 0.5);
  q.write(array::averages, averages.data());
  CHECK(p.step(batch) == q.forward_backward(batch));
}

TEST_CASE("terms give each loss with its weight, and the loss is their sum") {
  using r = run<adversarial, place_encoder, one_view>;
  backends::reference::context c;
  pipeline<r> p(c, {.objective = {.copy_weight = 3}});
  random_batches<r> batches(p.options());
  double const loss = p.step(batches.next());
  std::vector<loss_term> const terms = p.terms();
  REQUIRE(terms.size() == 4);
  CHECK(std::string(terms[0].name) == "pictures");
  CHECK(std::string(terms[3].name) == "copy");
  CHECK(terms[1].phase == 0);
  CHECK(terms[2].phase == 1);
  CHECK(terms[3].weight == 3);
  CHECK(loss == doctest::Approx(terms[0].value + terms[1].value + terms[2].value + 3 * terms[3].value).epsilon(1e-14));
}

TEST_CASE("each phase moves its own roles, by the gradient of its own losses, once") {
  using r = run<adversarial, place_encoder, one_view>;
  backends::reference::context c;
  run_options<r> o;
  o.optimizer = {.learning_rate = 0.25, .momentum = 0};
  pipeline<r> p(c, o), q(c, o);
  random_batches<r> batches(o);
  batch_input const& batch = batches.next();
  q.forward_backward(batch);
  std::vector<double> const before = values(p, array::parameters), gradient = values(q, array::gradients);
  p.step(batch);
  std::vector<double> const after = values(p, array::parameters), left = values(p, array::gradients);
  for (block_info const& b : inventory<r>(block_set::parameters)) {
    INFO(b.name);
    bool const critic = b.name.starts_with("critic");
    double most = 0, moved = 0;
    for (index i = b.offset; i < b.offset + b.elements; ++i) {
      most = std::max(most, std::abs(after[i] - (before[i] - 0.25 * gradient[i])));
      moved = std::max(moved, std::abs(after[i] - before[i]));
      CHECK(left[i] == 0);
    }
    // phase 1 passes through the critic that phase 0 has moved, so its gradient is not that of before the step
    if (critic)
      CHECK(most < 1e-15);
    else
      CHECK(most < 0.5 * moved + 1e-2);
    CHECK(moved > 0);
  }
}

/// A network applied to a state and to its detached copy: a bank of rows is told from the views' features.
struct network_of_state : objective_defaults {
  using networks = type_list<named<"head", layers::linear<layers::linear_config{.out = 3}>>>;
  using losses = type_list<named<"loss", ssl::losses::mean_square_error>>;
  using states = type_list<named<"bank", state_block<shape{.n = 6, .c = 5}, state_init::unit_rows>>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto features = g.apply("head", g.apply("encoder", g.views(0)));  // (2N, 1, 1, 3)
    g.loss("loss", {features, g.apply("head", g.state("bank"))});
  });
};

TEST_CASE("a network may read a state") {
  using r = run<network_of_state, mlp>;
  backends::reference::context c;
  testing::gradient_report const report = testing::check_step<r>(c);
  INFO(report.where);
  CHECK(report.worst < 1e-5);
  CHECK(report.largest > 1e-3);
}

}  // namespace
