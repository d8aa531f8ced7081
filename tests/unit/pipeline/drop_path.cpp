// SPDX-License-Identifier: Apache-2.0
// The drop path rate, an option of the encoder, on its way to the layers.
#include <doctest/doctest.h>

#include "objectives/moving_target.hpp"
#include "objectives/tiny.hpp"
#include "ssl/layers/compose/repeat.hpp"
#include "ssl/testing/network.hpp"
#include "unit/pipeline/arrays.hpp"

namespace {

using namespace tiny;
using ssl::testing::random_batches;

constexpr encoders::vit_config plain{.image_h = 4, .image_w = 4, .patch = 2, .width = 6, .depth = 2, .heads = 2, .mlp_ratio = 1};
constexpr encoders::vit_config dropping = [] {
  encoders::vit_config c = plain;
  c.drop_path = layers::drop_path_rates::uniform;
  return c;
}();

/// The target is an average of the encoder.
template <encoders::vit_config Config>
using followed = run<moving_target<average_moves::after_optimizer>, encoders::vit<Config>>;

/// The target alone has a loss that the online network hardly moves: both networks are the average's.
struct target_only : moving_target<average_moves::after_optimizer> {
  static constexpr auto graph = build_graph([](auto& g) {
    auto views = g.views(0);
    auto target = g.apply(average_of("projector"), g.apply(average_of("encoder"), views));
    auto online = g.apply("predictor", g.apply("projector", g.detach(g.apply(average_of("encoder"), views))));
    g.loss("prediction", {online, target});
  });
};

template <class Run>
double first_loss(double rate, std::uint64_t seed = 1, ssl::index step = 0) {
  backends::reference::context c;
  run_options<Run> o;
  o.encoder.drop_path_rate = rate;
  random_batches<Run> batches(o, 1);
  o.seed = 1;
  pipeline<Run> p(c, o);
  p.set_steps(step);
  p.options().seed = seed;
  return p.forward_backward(batches.next());
}

TEST_CASE("drop path: at a rate of 0 a step is that of the encoder without it") {
  backends::reference::context c;
  using with = followed<dropping>;
  using without = followed<plain>;
  run_options<with> o;
  o.encoder.drop_path_rate = 0;
  random_batches<with> batches(o, 1);
  random_batches<without> same(run_options<without>{}, 1);
  pipeline<with> p(c, o);
  pipeline<without> q(c);
  CHECK(p.step(batches.next()) == q.step(same.next()));
  CHECK(values(p, array::parameters) == values(q, array::parameters));
}

TEST_CASE("drop path: the loss depends on rate, seed and step, and on nothing else") {
  using with = followed<dropping>;
  double const loss = first_loss<with>(0.5);
  CHECK(first_loss<with>(0.5) == loss);
  CHECK(first_loss<with>(0) != loss);
  CHECK(first_loss<with>(0.5, 2) != loss);
  CHECK(first_loss<with>(0.5, 1, 1) != loss);
}

TEST_CASE("drop path: each micro-batch of a step has its own draws, which no other step has") {
  using with = followed<dropping>;
  run_options<with> o;
  o.encoder.drop_path_rate = 0.5;
  random_batches<with> batches(o, 1);
  batch_input const& batch = batches.next();
  std::vector<double> losses;
  for (int part = 0; part < 3; ++part) {
    backends::reference::context c;
    pipeline<with> p(c, o);
    losses.push_back(p.step(batch, {.part = part, .of = 3}) * (part + 1));  // the mean with those before, which are 0 here
  }
  CHECK(std::abs(losses[0] - losses[1]) > 1e-6);
  CHECK(std::abs(losses[1] - losses[2]) > 1e-6);
  CHECK(std::abs(losses[0] - losses[2]) > 1e-6);
  CHECK(losses[0] == first_loss<with>(0.5));
}

template <layers::transformer_config Block>
void expect_the_same_recomputed() {
  constexpr shape in{.n = 6, .h = 1, .w = 2, .c = 6};
  using kept = layers::repeat<3, layers::transformer_block<Block>>;
  using again = layers::repeat<3, layers::transformer_block<Block>, layers::activations::recomputed>;
  ssl::testing::single_network<kept, in, backends::reference> a;
  ssl::testing::single_network<again, in, backends::reference> b;
  a.randomise(1), b.randomise(1);
  a.give_drop_path_rate(0.5), b.give_drop_path_rate(0.5);
  std::vector<double> const x = ssl::testing::random_values<double>(in.elements(), 1, 1), gy = x;
  CHECK(a.forward(x) == b.forward(x));
  CHECK(a.backward(gy) == b.backward(gy));
  CHECK(a.gradient("0.attn.qkv.weight") == b.gradient("0.attn.qkv.weight"));
}

TEST_CASE("drop path: recomputed blocks drop, or skip, the same samples as kept ones") {
  expect_the_same_recomputed<layers::transformer_config{
      .width = 6, .heads = 2, .hidden = 5, .drop_path = layers::drop_path_rates::uniform}>();
  expect_the_same_recomputed<layers::transformer_config{.width = 6, .heads = 2, .hidden = 5, .skipped_per_mille = 400}>();
}

TEST_CASE("drop path: a schedule is evaluated at the step") {
  using with = followed<dropping>;
  backends::reference::context c;
  run_options<with> o;
  o.encoder.drop_path_rate = linear_ramp{.from = 0, .to = 0.5, .steps = 1};
  random_batches<with> batches(o, 1);
  pipeline<with> p(c, o);
  CHECK(p.forward_backward(batches.next()) == first_loss<with>(0));
  p.set_steps(1);
  random_batches<with> again(o, 1);
  CHECK(p.forward_backward(again.next()) == first_loss<with>(0.5, 1, 1));
}

TEST_CASE("drop path: a moving average drops nothing") {
  using with = run<target_only, encoders::vit<dropping>>;
  CHECK(first_loss<with>(0.9) == first_loss<with>(0));
}

constexpr encoders::vit_config skipping = [] {
  encoders::vit_config c = plain;
  c.skipped_per_mille = 400;
  return c;
}();

/// The environments in which the nodes of averages run, as far as it is about samples.
template <class Run>
std::vector<bool> averages_drop_samples() {
  std::vector<bool> drops;
  for_each_index<Run::objective::graph.nodes>([&]<int Node>() {
    constexpr graph_node const& n = Run::objective::graph.node[Node];
    if constexpr (n.kind == node_kind::apply && n.average) drops.push_back(node_run<Run, Node>::how().drops_samples);
  });
  return drops;
}

TEST_CASE("skipped samples: only a network that skips some is compiled a second time for its moving average") {
  CHECK(averages_drop_samples<followed<plain>>() == std::vector<bool>{true, true});
  CHECK(averages_drop_samples<followed<dropping>>() == std::vector<bool>{true, true});
  CHECK(averages_drop_samples<followed<skipping>>() == std::vector<bool>{false, true});  // encoder, projector
}

TEST_CASE("skipped samples: the encoder's own branches draw anew in every step, a moving average computes all") {
  auto const loss = []<class Run>(std::type_identity<Run>, ssl::index step) {
    backends::reference::context c;
    random_batches<Run> batches(run_options<Run>{}, 1);
    pipeline<Run> p(c);
    p.set_steps(step);
    return p.forward_backward(batches.next());
  };
  std::type_identity<followed<skipping>> own;
  std::type_identity<run<target_only, encoders::vit<skipping>>> average;
  CHECK(loss(own, 0) == loss(own, 0));
  CHECK(loss(own, 0) != loss(own, 1));
  CHECK(loss(average, 0) == loss(average, 1));
}

}  // namespace
