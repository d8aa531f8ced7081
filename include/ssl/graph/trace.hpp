// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"
#include "ssl/core/type_list.hpp"
#include "ssl/encoders/encoder.hpp"
#include "ssl/graph/analysis.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/layers/rearrange.hpp"

/// \file
/// The shapes of a step: every wire of the graph at the run's image and batch, and which networks work on it.
namespace ssl {

namespace detail {
template <class Encoder, class List>
struct with_encoder;
template <class Encoder, class... Named>
struct with_encoder<Encoder, type_list<Named...>> {
  using type = type_list<named<"encoder", Encoder>, Named...>;
};

/// Stands in for a network that the graph names and nobody defines; reported by the gate.
struct missing_network : layers::identity {};

template <node_kind Kind, int A, int B>
struct rearrangement {
  using type = missing_network;
};
template <int A, int B>
struct rearrangement<node_kind::part, A, B> {
  using type = layers::batch_part<A, B>;
};
template <int A, int B>
struct rearrangement<node_kind::interleave, A, B> {
  using type = layers::interleave<B, A == 0 ? layers::interleaving::in_turn : layers::interleaving::put_back>;
};
template <int A, int B>
struct rearrangement<node_kind::side_by_side, A, B> {
  using type = layers::side_by_side<B>;
};
template <int A, int B>
struct rearrangement<node_kind::tokens, A, B> {
  using type = layers::token_slice<A, B>;
};
template <int A, int B>
struct rearrangement<node_kind::channels, A, B> {
  using type = layers::channel_slice<A, B>;
};
}  // namespace detail

/// The networks of a run by role: the encoder first, then the objective's in their order.
template <class Run>
using networks_of = typename detail::with_encoder<typename Run::encoder, typename Run::objective::networks>::type;

template <class Run>
constexpr int role_index(label role) {
  return find_label(networks_of<Run>{}, role.text);
}

template <class Run>
inline constexpr graph_analysis analysis_of = analyse(Run::objective::graph);

/// What a node `parts` takes.
template <class Run, int Node>
struct listed_parts {
  static constexpr int of = Run::objective::graph.node[Node].b, count = Run::objective::graph.node[Node].listed;
  static constexpr int part(int k) { return Run::objective::graph.list[Run::objective::graph.node[Node].a + k]; }
};

/// Has a network a form that sees only some tokens? With the same parameters, `on_visible<Count>` gives what it makes of each of the
/// tokens at the first `Count` places of the order in its mask wire.
template <class Network>
constexpr bool has_visible_form = requires { typename Network::template on_visible<1>; };

/// The layer that a node runs: a role's network, or its form for visible tokens or for its map, or a rearrangement of rows, tokens or
/// channels.
template <class Run, int Node>
struct node_layer {
  static constexpr auto const& node = Run::objective::graph.node[Node];
  static constexpr int role = node.kind == node_kind::apply ? role_index<Run>(node.name) : -1;
  static consteval auto select() {
    if constexpr (role >= 0) {
      using network = typename type_at<role, networks_of<Run>>::type;
      if constexpr (node.visible > 0 && has_visible_form<network>)
        return static_cast<typename network::template on_visible<node.visible>*>(nullptr);
      else if constexpr (node.map)
        return static_cast<feature_map_of<network>*>(nullptr);
      else
        return static_cast<network*>(nullptr);
    } else if constexpr (node.kind == node_kind::parts)
      return static_cast<layers::batch_parts<listed_parts<Run, Node>>*>(nullptr);
    else
      return static_cast<typename detail::rearrangement<node.kind, node.a, node.b>::type*>(nullptr);
  }
  using type = std::remove_pointer_t<decltype(select())>;
};

constexpr bool runs_layer(node_kind kind) {
  return kind == node_kind::apply || kind == node_kind::part || kind == node_kind::parts || kind == node_kind::interleave ||
         kind == node_kind::side_by_side || kind == node_kind::tokens || kind == node_kind::channels;
}

/// Shapes of all wires, or the first node that does not fit.
struct step_trace {
  shape at[step_graph::max_nodes] = {};
  int rejecting = -1;
  verdict why{};

  constexpr bool ok() const { return rejecting < 0; }
  constexpr void reject(int node, verdict v) {
    if (rejecting < 0) rejecting = node, why = v;
  }
};

template <class Run, int Node>
constexpr void trace_node(step_trace& t) {
  constexpr graph_node const& n = Run::objective::graph.node[Node];
  constexpr augmentations::view_layout layout = Run::augmentation::layout(Run::image);
  if constexpr (n.kind == node_kind::views) {
    t.at[Node] = layout.group[n.a].size.with_batch(layout.group[n.a].views * Run::batch);
  } else if constexpr (n.kind == node_kind::labels) {
    t.at[Node] = {layout.labels[n.a] * Run::batch, 1, 1, 1};
  } else if constexpr (n.kind == node_kind::mask) {
    t.at[Node] = layout.mask[n.a].size.with_batch(layout.mask[n.a].views * Run::batch);
  } else if constexpr (n.kind == node_kind::state) {
    constexpr int which = find_label(typename Run::objective::states{}, n.name.text);
    if constexpr (which >= 0) t.at[Node] = type_at<which, typename Run::objective::states>::type::extents;
  } else if constexpr (runs_layer(n.kind)) {
    using net = typename node_layer<Run, Node>::type;
    shape const in = t.at[n.input[0]];
    verdict const v = checked<net>(in);
    if (!v.ok()) return t.reject(Node, v);
    if (in.n % n.statistics_groups != 0) return t.reject(Node, {.accepted = false, .in = in});
    t.at[Node] = net::output(in);
  } else if constexpr (n.kind == node_kind::stack) {
    shape const a = t.at[n.input[0]], b = t.at[n.input[1]];
    if (a.with_batch(1) != b.with_batch(1)) t.reject(Node, {.accepted = false, .in = b});
    t.at[Node] = a.with_batch(a.n + b.n);
  } else if constexpr (n.kind == node_kind::loss) {
    constexpr int which = find_label(typename Run::objective::losses{}, n.name.text);
    if constexpr (which >= 0) {
      using loss = typename type_at<which, typename Run::objective::losses>::type;
      shape in[graph_node::max_inputs] = {};
      for (int i = 0; i < n.inputs; ++i) in[i] = t.at[n.input[i]];
      if (n.inputs != loss::inputs || !loss::accepts(in)) t.reject(Node, {.accepted = false, .in = in[0]});
    }
  } else if constexpr (n.kind == node_kind::detach) {
    t.at[Node] = t.at[n.input[0]];
  }
}

template <class Run>
constexpr step_trace trace_step() {
  step_trace t;
  for_each_index<Run::objective::graph.nodes>([&]<int Node>() {
    if (t.ok()) trace_node<Run, Node>(t);
  });
  return t;
}

template <class Run>
inline constexpr step_trace trace_of = trace_step<Run>();

/// The shape at which a role is first applied; a role is not applied where n is 0.
template <class Run>
constexpr shape first_input(label role) {
  constexpr step_graph const& g = Run::objective::graph;
  for (int i = 0; i < g.nodes; ++i)
    if (g.node[i].kind == node_kind::apply && g.node[i].name == role) return trace_of<Run>.at[g.node[i].input[0]];
  return {0, 0, 0, 0};
}

}  // namespace ssl
