// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/objectives/objective.hpp"
#include "ssl/optimizers/optimizer.hpp"
#include "ssl/pipeline/step_plan.hpp"

/// \file
/// What is true of a run. Facts can never be ill-formed, whatever the run is; the gate turns the first that fails into one sentence.
namespace ssl {

namespace facts {

template <class Run>
constexpr bool names_policies = requires {
  typename Run::encoder;
  typename Run::augmentation;
  typename Run::objective;
  typename Run::optimizer;
  typename Run::backend;
  typename Run::scalar;
  Run::image.c;
  Run::batch + 0;
};

/// 0, or the code of the first error in what the graph names.
template <class Run>
constexpr int graph_failure() {
  using objective = typename Run::objective;
  constexpr step_graph const& g = objective::graph;
  constexpr augmentations::view_layout layout = Run::augmentation::layout(Run::image);
  if (g.overflow || g.phases > graph_analysis::max_phases) return 309;
  for (int i = 0; i < g.nodes; ++i) {
    graph_node const& n = g.node[i];
    if (n.kind == node_kind::views && n.a >= layout.groups) return 304;
    if (n.kind == node_kind::labels && n.a >= layout.label_wires) return 304;
    if (n.kind == node_kind::mask && n.a >= layout.mask_wires) return 304;
    if (n.kind == node_kind::apply && role_index<Run>(n.name) < 0) return 301;
    if (n.kind == node_kind::loss && find_label(typename objective::losses{}, n.name.text) < 0) return 302;
    if (n.kind == node_kind::state && find_label(typename objective::states{}, n.name.text) < 0) return 303;
    if (n.kind == node_kind::update && (find_label(typename objective::states{}, n.name.text) < 0 || find_label(typename objective::rules{}, n.rule.text) < 0))
      return 303;
  }
  if (g.count(node_kind::loss) == 0) return 302;
  if (!objective::accepts(layout)) return 305;
  if (g.averages > 0 && !requires(typename objective::options const& o) { objective::average_momentum(o, index{}); }) return 307;
  return 0;
}

/// Does every role ask for the same parameters at every shape at which it is applied?
template <class Run>
constexpr bool same_parameters() {
  bool same = true;
  for_each_index<Run::objective::graph.nodes>([&]<int Node>() {
    constexpr graph_node const& n = Run::objective::graph.node[Node];
    if constexpr (n.kind == node_kind::apply) {
      using net = typename node_layer<Run, Node>::type;
      constexpr shape here = trace_of<Run>.at[n.input[0]].with_batch(1), first = first_input<Run>(n.name).with_batch(1);
      if constexpr (here != first)
        same = same && block_table_of<net, here, run_environment<Run>>.parameter_elements == block_table_of<net, first, run_environment<Run>>.parameter_elements;
    }
  });
  return same;
}

/// 0 where the run composes, else the code of docs/errors.md. Each question is asked only where the earlier ones were answered with yes.
template <class Run>
consteval int failure() {
  if constexpr (!names_policies<Run>) {
    return 110;
  } else if constexpr (!Run::image.positive() || Run::batch < 1) {
    return 100;
  } else if constexpr (!layer<typename Run::encoder>) {
    return 111;
  } else if constexpr (!augmentation<typename Run::augmentation>) {
    return 112;
  } else if constexpr (!objective<typename Run::objective>) {
    return 113;
  } else if constexpr (!optimizer<typename Run::optimizer>) {
    return 401;
  } else if constexpr (!backend<typename Run::backend, typename Run::scalar>) {
    return 201;
  } else if constexpr (graph_failure<Run>() != 0) {
    return graph_failure<Run>();
  } else if constexpr (!trace_of<Run>.ok()) {
    constexpr step_trace const& t = trace_of<Run>;
    return !t.why.valid ? 101 : Run::objective::graph.node[t.rejecting].kind == node_kind::loss ? 306 : 102;
  } else if constexpr (!same_parameters<Run>()) {
    return 308;
  } else if constexpr (plan_of<Run>.overflow) {
    return 120;
  } else {
    return 0;
  }
}

}  // namespace facts

template <class Run>
inline constexpr int failure_of = facts::failure<Run>();

}  // namespace ssl
