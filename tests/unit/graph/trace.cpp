// SPDX-License-Identifier: Apache-2.0
#include "ssl/graph/trace.hpp"

#include <doctest/doctest.h>

#include "objectives/adversarial.hpp"
#include "objectives/pretext_tasks.hpp"
#include "objectives/queue.hpp"
#include "objectives/rearrangements.hpp"
#include "objectives/shared_mask.hpp"
#include "objectives/two_sizes.hpp"
#include "ssl/objectives/simclr.hpp"

namespace {

using namespace tiny;

template <class Run>
shape at(int node) {
  return trace_of<Run>.at[node];
}

TEST_CASE("shapes of SimCLR's wires") {
  using r = run<objectives::simclr<objectives::simclr_config{.hidden = 5, .output = 4}>>;
  CHECK(at<r>(0) == shape{.n = 6, .h = 4, .w = 4, .c = 2});
  CHECK(at<r>(1) == shape{.n = 6, .c = 6});
  CHECK(at<r>(2) == shape{.n = 6, .c = 4});
  CHECK(trace_of<r>.ok());
}

TEST_CASE("shapes at two image sizes; blocks are those of the first") {
  using r = run<two_sizes, vit, large_and_small>;
  CHECK(at<r>(0) == shape{.n = 3, .h = 4, .w = 4, .c = 2});
  CHECK(at<r>(3) == shape{.n = 6, .h = 6, .w = 4, .c = 2});
  CHECK(at<r>(4) == shape{.n = 6, .c = 6});
  CHECK(first_input<r>("encoder") == shape{.n = 3, .h = 4, .w = 4, .c = 2});
  CHECK(first_input<r>("nobody").n == 0);
}

TEST_CASE("shapes of stacked, halved, sliced and neighbouring wires") {
  using a = run<adversarial, place_encoder, one_view>;
  CHECK(at<a>(3) == shape{.n = 6, .h = 4, .w = 4, .c = 2});  // stack
  CHECK(at<a>(5) == shape{.n = 3});                          // part
  using b = run<jigsaw<2, 24>, convnet, tiles<2, 24>>;
  CHECK(at<b>(2) == shape{.n = 12, .c = 5});
  CHECK(at<b>(3) == shape{.n = 3, .c = 20});  // side by side
  using d = run<relative_position<2>, convnet, patches<2>>;
  CHECK(at<d>(3) == shape{.n = 2 * 12 * 3, .c = 5});  // parts: both patches of 12 pairs
  using c = run<rearrangements<true>, token_encoder>;
  CHECK(at<c>(1) == shape{.n = 6, .w = 5, .c = 6});
  CHECK(at<c>(2) == shape{.n = 6, .c = 6});
  CHECK(at<c>(4) == shape{.n = 6, .w = 4, .c = 6});
}

TEST_CASE("shapes of labels, masks and states") {
  using labels = run<rotation, convnet, four_turns>;
  constexpr step_graph const& g = rotation::graph;
  for (int i = 0; i < g.nodes; ++i)
    if (g.node[i].kind == node_kind::labels) CHECK(at<labels>(i) == shape{.n = 12});
  using masks = run<masked_pixels, pixel_embedding, shuffled_tokens<16>>;
  CHECK(at<masks>(1) == shape{.n = 3, .w = 16});
  using states = run<queued_keys<7, 5>, unit_mlp>;
  constexpr step_graph const& q = queued_keys<7, 5>::graph;
  for (int i = 0; i < q.nodes; ++i)
    if (q.node[i].kind == node_kind::state) CHECK(at<states>(i) == shape{.n = 7, .c = 5});
}

/// Nine rows cannot be halved.
struct odd_halves : objective_defaults {
  using losses = type_list<named<"loss", ssl::losses::cosine<>>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto z = g.apply("encoder", g.views(0));
    g.loss("loss", {g.part(z, 0, 2), g.part(z, 1, 2)});
  });
};
/// Statistics over two halves of nine rows.
struct odd_groups : objective_defaults {
  using losses = type_list<named<"loss", ssl::losses::nt_xent<>>>;
  static constexpr auto graph =
      build_graph([](auto& g) { g.loss("loss", {g.apply("encoder", g.views(0), {.statistics_groups = 2})}); });
};
/// A loss of two inputs is given one.
struct few_inputs : objective_defaults {
  using losses = type_list<named<"loss", ssl::losses::cosine<>>>;
  static constexpr auto graph = build_graph([](auto& g) { g.loss("loss", {g.apply("encoder", g.views(0))}); });
};

TEST_CASE("the first node that does not fit is named") {
  CHECK(trace_of<run<odd_halves, convnet, three_views>>.rejecting == 2);
  CHECK(trace_of<run<odd_groups, convnet, three_views>>.rejecting == 1);
  CHECK(trace_of<run<few_inputs>>.rejecting == 2);
  CHECK(trace_of<run<odd_halves>>.ok());
}

}  // namespace
