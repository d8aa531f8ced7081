// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/pipeline/step_plan.hpp"

/// \file
/// What is true of the graph of a run: that it is one, and that everything it names is there.
namespace ssl::facts {

inline constexpr shape probe_shapes[graph_node::max_inputs] = {};

/// Has the result of this node values that a network, or another node, may work on?
constexpr bool has_values(node_kind kind) {
  return kind != node_kind::labels && kind != node_kind::mask && kind != node_kind::loss && kind != node_kind::update;
}

/// Are all inputs earlier nodes of the right kind, and all counts within their ranges?
constexpr bool well_formed(graph_node const* node, int at) {
  graph_node const& n = node[at];
  for (int j = 0; j < n.inputs; ++j) {
    int const from = n.input[j];
    if (from < 0 || from >= at) return false;
    bool const integers = node[from].kind == node_kind::labels || node[from].kind == node_kind::mask;
    if (!has_values(node[from].kind) && !(n.kind == node_kind::loss && integers)) return false;
  }
  if (n.mask >= 0 && (n.mask >= at || node[n.mask].kind != node_kind::mask)) return false;
  return n.statistics_groups >= 1 && n.visible >= 0 && n.phase >= 0;
}
constexpr bool well_formed(step_graph const& g) {
  if (g.overflow || g.nodes < 0 || g.phases < 1 || g.phases > graph_analysis::max_phases) return false;
  for (int i = 0; i < g.nodes; ++i)
    if (!well_formed(g.node, i)) return false;
  graph_analysis const a = analyse(g);
  for (int i = 0; i < g.nodes; ++i)
    if (a.uses[i] > node_tensors::max_uses) return false;
  return true;
}

constexpr bool averages(step_graph const& g, label role) {
  for (int i = 0; i < g.averages; ++i)
    if (g.average[i].name == role) return true;
  return false;
}

/// Can a network be applied to some of the tokens?
template <class... Named>
constexpr bool has_visible_forms(type_list<Named...>, int role) {
  bool const each[] = {has_visible_form<typename Named::type>...};
  return each[role];
}

constexpr bool within(int which, int count) { return which >= 0 && which < count; }

/// 0, or the code of what this node names and nobody defines.
template <class Run>
constexpr int node_failure(graph_node const& n, augmentations::view_layout const& layout) {
  using objective = typename Run::objective;
  bool const has_state = find_label(typename objective::states{}, n.name.text) >= 0;
  switch (n.kind) {
    case node_kind::views: return within(n.a, layout.groups) ? 0 : 304;
    case node_kind::labels: return within(n.a, layout.label_wires) ? 0 : 304;
    case node_kind::mask: return within(n.a, layout.mask_wires) ? 0 : 304;
    case node_kind::apply:
      if (role_index<Run>(n.name) < 0) return 301;
      return n.visible > 0 && !has_visible_forms(networks_of<Run>{}, role_index<Run>(n.name)) ? 137 : 0;
    case node_kind::loss:
      for (int i = 0; i < n.updates; ++i)
        if (role_index<Run>(n.update[i]) < 0) return 301;
      return find_label(typename objective::losses{}, n.name.text) >= 0 ? 0 : 302;
    case node_kind::state: return has_state ? 0 : 303;
    case node_kind::update: return has_state && find_label(typename objective::rules{}, n.rule.text) >= 0 ? 0 : 303;
    default: return 0;
  }
}

/// 0, or the code of the first error in what the graph names. The graph is given, since nvcc warns of loops over a constant one.
template <class Run>
constexpr int graph_failure(step_graph const& g, augmentations::view_layout const& layout) {
  using objective = typename Run::objective;
  if (!well_formed(g)) return 309;
  for (int i = 0; i < g.nodes; ++i)
    if (int const code = node_failure<Run>(g.node[i], layout); code != 0) return code;
  for (int i = 0; i < g.averages; ++i)
    if (role_index<Run>(g.average[i].name) < 0) return 301;
  for (int i = 0; i < g.unit_row_roles; ++i)
    if (role_index<Run>(g.unit_rows[i]) < 0) return 301;
  if (g.count(node_kind::loss) == 0) return 302;
  if (!objective::accepts(layout)) return 305;
  if (g.averages > 0 && !requires(typename objective::options const& o) { objective::average_momentum(o, index{}); }) return 307;
  if (objective::exports_average && !averages(g, "encoder")) return 320;
  return 0;
}
template <class Run>
constexpr int graph_failure() {
  return graph_failure<Run>(Run::objective::graph, Run::augmentation::layout(Run::image));
}

}  // namespace ssl::facts
