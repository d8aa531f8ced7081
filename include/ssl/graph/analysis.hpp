// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/graph/graph.hpp"

namespace ssl {

/// What follows from a graph alone: where gradients flow in each phase, and which uses of a wire they come from.
struct graph_analysis {
  static constexpr int max_phases = 4;

  bool flows[max_phases][step_graph::max_nodes] = {};  ///< the gradient of this wire is needed in this phase
  bool wants[step_graph::max_nodes] = {};              ///< ... in any phase
  int uses[step_graph::max_nodes] = {};                ///< uses of this wire that give a gradient
  int use[step_graph::max_nodes][graph_node::max_inputs] = {};             ///< which use of its wire an input is; -1: no gradient
  bool use_active[max_phases][step_graph::max_nodes][graph_node::max_inputs] = {};  ///< that use gives a gradient in this phase
};

/// Roles whose weights move in a phase. A loss that names none moves all.
constexpr bool phase_updates(step_graph const& g, int phase, label role) {
  for (int i = 0; i < g.nodes; ++i) {
    graph_node const& n = g.node[i];
    if (n.kind != node_kind::loss || n.phase != phase) continue;
    if (n.updates == 0) return true;
    for (int j = 0; j < n.updates; ++j)
      if (n.update[j] == role) return true;
  }
  return false;
}

/// Does a gradient pass from the result of this node to its inputs?
constexpr bool passes_gradient(graph_node const& n) {
  switch (n.kind) {
    case node_kind::apply: return !n.average;
    case node_kind::stack:
    case node_kind::part:
    case node_kind::parts:
    case node_kind::interleave:
    case node_kind::side_by_side:
    case node_kind::tokens:
    case node_kind::channels: return true;
    default: return false;
  }
}

constexpr void analyse_phase(step_graph const& g, int phase, graph_analysis& a) {
  bool reaches[step_graph::max_nodes] = {};  // weights that move in this phase lie upstream of the wire
  for (int i = 0; i < g.nodes; ++i) {
    graph_node const& n = g.node[i];
    if (!passes_gradient(n)) continue;
    reaches[i] = n.kind == node_kind::apply && phase_updates(g, phase, n.name);
    for (int j = 0; j < n.inputs; ++j) reaches[i] = reaches[i] || reaches[n.input[j]];
  }
  for (int i = g.nodes - 1; i >= 0; --i) {
    graph_node const& n = g.node[i];
    bool const gives = n.kind == node_kind::loss ? n.phase == phase : passes_gradient(n) && a.flows[phase][i];
    if (!gives) continue;
    for (int j = 0; j < n.inputs; ++j) {
      if (!reaches[n.input[j]]) continue;
      a.use_active[phase][i][j] = true;
      a.flows[phase][n.input[j]] = true;
    }
  }
}

constexpr graph_analysis analyse(step_graph const& g) {
  graph_analysis a;
  int const phases = g.phases < graph_analysis::max_phases ? g.phases : graph_analysis::max_phases;
  for (int p = 0; p < phases; ++p) analyse_phase(g, p, a);
  for (int i = 0; i < g.nodes; ++i)
    for (int j = 0; j < g.node[i].inputs; ++j) {
      bool active = false;
      for (int p = 0; p < phases; ++p) active = active || a.use_active[p][i][j];
      a.use[i][j] = active ? a.uses[g.node[i].input[j]]++ : -1;
    }
  for (int i = 0; i < g.nodes; ++i) a.wants[i] = a.uses[i] > 0;
  return a;
}

}  // namespace ssl
