// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/graph/trace.hpp"
#include "ssl/pipeline/chunks.hpp"
#include "ssl/pipeline/network_table.hpp"
#include "ssl/pipeline/run.hpp"

/// \file
/// The plan of a whole training step: every operation of every network, forward and backward, placed in one arena.
namespace ssl {

template <class Run, execution How = execution{}>
using run_environment = environment<typename Run::backend, typename Run::scalar, How>;

/// Tensors of a node's result and of the gradients of its uses.
struct node_tensors {
  static constexpr int max_uses = 8;
  int operation = 0;                   ///< first operation of the node
  int fork = 0;                        ///< first of the forks behind it, one less than uses
  value result{};
  value use[max_uses] = {};
  int workspace = -1;                  ///< of a loss
};

struct step_recording {
  recorder r{};
  bool mask_unread = false;  ///< a network is given a mask that none of its layers reads
  node_tensors node[step_graph::max_nodes] = {};
  index arena = 0;
};

/// How a node's network runs: its input, the whole batch or a chunk of it, and in which mode.
template <class Run, int Node>
struct node_run {
  static constexpr auto const& node = Run::objective::graph.node[Node];
  using network = typename node_layer<Run, Node>::type;
  static constexpr int chunks = node_layer<Run, Node>::role == 0 ? chunks_of<Run>() : 1;
  static constexpr shape whole = trace_of<Run>.at[node.input[0]];
  static constexpr shape input = whole.with_batch(whole.n / chunks);
  /// Batch statistics of a chunk are exact where it is made of whole groups.
  static constexpr bool whole_groups = node.statistics_groups % chunks == 0;

  static constexpr execution how(bool updates_weights = true) {
    return {.mode = execution_mode::training,
            .statistics_groups = whole_groups ? node.statistics_groups / chunks : 1,
            .updates_weights = updates_weights,
            .drops_samples = !whole_average()};
  }

 private:
  /// A network that skips nothing is the same as its moving average: both are compiled once.
  static constexpr bool whole_average() {
    if constexpr (node.average)
      return block_table_of<network, input, run_environment<Run>>.skips_samples;
    else
      return false;
  }
};

/// Is the result of a node read by anything but losses and updates?
constexpr bool feeds_network(step_graph const& g, int node) {
  for (int i = 0; i < g.nodes; ++i)
    for (int j = 0; j < g.node[i].inputs; ++j)
      if (g.node[i].input[j] == node && g.node[i].kind != node_kind::loss && g.node[i].kind != node_kind::update) return true;
  return false;
}

/// Records one node: its operations, then a fork for every further use that gives a gradient.
template <class Run, int Node>
constexpr void record_node(step_recording& s) {
  constexpr graph_node const& n = Run::objective::graph.node[Node];
  constexpr graph_analysis const& a = analysis_of<Run>;
  recorder& r = s.r;
  node_tensors& t = s.node[Node];
  auto input = [&](int j) {
    node_tensors const& from = s.node[n.input[j]];
    value v = a.use[Node][j] >= 0 ? from.use[a.use[Node][j]] : from.result;
    if (a.use[Node][j] < 0) v.grad = -1;
    v.overwritable = false;
    return v;
  };
  t.operation = r.operations;
  if constexpr (n.kind == node_kind::views) {
    t.result = r.new_value(trace_of<Run>.at[Node], false);
    r.touch(t.result.data, 0);
  } else if constexpr (n.kind == node_kind::state) {
    if (feeds_network(Run::objective::graph, Node)) {  // a copy, since networks read the arena; losses read the state itself
      t.result = r.new_value(trace_of<Run>.at[Node], false);
      r.touch(t.result.data, t.operation);
    }
  } else if constexpr (runs_layer(n.kind)) {
    using it = node_run<Run, Node>;
    constexpr execution how = it::how();
    int const outside = r.enter(n.average ? "average" : "");
    int const inside = r.enter(n.name.text);
    r.keeps = a.wants[Node];
    r.differentiable_weights = n.kind == node_kind::apply && !n.average;
    r.mask_given = n.mask >= 0 ? trace_of<Run>.at[n.mask < 0 ? 0 : n.mask].elements() : 0;
    r.parameters = r.buffers = 0, r.parameter_elements = r.buffer_elements = 0;  // offsets count from the role's own base
    r.mask_read = n.mask < 0;
    if (!it::whole_groups) r.sees = reach::sample;
    else if (it::chunks > 1) r.sees = reach::statistics_group;
    t.result = record_in_chunks<typename it::network, run_environment<Run, how>>(r, input(0), it::chunks);
    r.sees = reach::batch;
    s.mask_unread = s.mask_unread || !r.mask_read;
    r.leave(inside), r.leave(outside);
  } else if constexpr (n.kind == node_kind::stack) {
    r.keeps = a.wants[Node];
    t.result = r.stack(input(0), input(1));
  } else if constexpr (n.kind == node_kind::detach) {
    t.result = s.node[n.input[0]].result;
    t.result.grad = -1;
  } else if constexpr (n.kind == node_kind::loss) {
    record_loss<Run, Node>(s, input);
  } else if constexpr (n.kind == node_kind::update) {
    r.touch(input(0).data, (r.passes + 1) * pass_length);
  }
  t.fork = r.operations;
  value rest = t.result;
  if constexpr (constexpr int uses = analysis_of<Run>.uses[Node]; uses > 0) {
    for (int u = 0; u + 1 < uses; ++u) r.fork(rest, t.use[u], rest);
    t.use[uses - 1] = rest;
  }
}

/// The loss type of a node, bound to the shapes of its inputs.
template <class Run, int Node>
struct node_loss {
  static constexpr auto const& node = Run::objective::graph.node[Node];
  static constexpr int which = find_label(typename Run::objective::losses{}, node.name.text);
  using entry = type_at<which, typename Run::objective::losses>;
  using type = typename entry::type;
  template <std::size_t... J>
  static auto bound(std::index_sequence<J...>) {
    return std::type_identity<typename type::template bind<run_environment<Run>, trace_of<Run>.at[node.input[J]]...>>{};
  }
  using bind = typename decltype(bound(std::make_index_sequence<type::inputs>{}))::type;
};

template <class Run, int Node, class Input>
constexpr void record_loss(step_recording& s, Input input) {
  using loss = node_loss<Run, Node>;
  recorder& r = s.r;
  int const outside = r.enter(loss::node.name.text);
  int const k = r.new_operation();
  r.leave(outside);
  for (int j = 0; j < loss::node.inputs; ++j) {
    value const v = input(j);
    r.touch(v.data, k), r.touch(v.grad, k);
  }
  if (loss::bind::workspace > 0) r.touch(s.node[Node].workspace = r.new_tensor(loss::bind::workspace), k);
}

template <class Run>
constexpr step_recording record_step() {
  step_recording s;
  s.r.passes = Run::objective::graph.phases;
  for_each_index<Run::objective::graph.nodes>([&]<int Node>() { record_node<Run, Node>(s); });
  if (!s.r.overflow) s.arena = place_tensors(s.r.tensor, s.r.tensors);
  return s;
}

/// Where the executor finds a node's values and gradients.
struct node_places {
  int operation = 0;
  int fork = 0;
  slot data{};
  slot gradient[node_tensors::max_uses] = {};
  slot workspace{};
};

template <int Operations, int Nodes, int Paths, int Tensors>
struct step_plan {
  static constexpr int operations = Operations;
  static constexpr int tensors = Tensors;
  bool overflow = false;
  bool mask_misfits = false;
  bool reaches_too_far = false;
  bool mask_unread = false;
  index arena = 0;     ///< elements
  index no_reuse = 0;  ///< elements that the same tensors would take side by side
  op_record op[Operations + 1] = {};
  int op_path[Operations + 1] = {};
  path_record path[Paths] = {};
  node_places node[Nodes] = {};

  constexpr name op_name(int i, int iteration = 0) const { return path_name(path, op_path[i], iteration); }
};

template <class Run>
constexpr auto make_step_plan() {
  constexpr int nodes = Run::objective::graph.nodes;
  struct sizes {
    int operations, paths, tensors;
  };
  constexpr sizes size = [] {
    step_recording const s = record_step<Run>();
    return sizes{s.r.operations, s.r.paths, s.r.tensors};
  }();
  step_recording const s = record_step<Run>();
  tensor_record const* tensor = s.r.tensor;
  step_plan<size.operations, nodes, size.paths, size.tensors> p;
  p.overflow = s.r.overflow, p.mask_misfits = s.r.mask_misfits, p.mask_unread = s.mask_unread, p.reaches_too_far = s.r.reaches_too_far;
  p.arena = s.arena;
  for (int i = 0; i < size.tensors; ++i)
    if (tensor[i].target < 0 && tensor[i].last != tensor_record::never) p.no_reuse += tensor[i].elements;
  for (int i = 0; i < size.operations; ++i) p.op[i] = resolve(tensor, s.r.op[i]), p.op_path[i] = s.r.op[i].path;
  for (int i = 0; i < size.paths; ++i) p.path[i] = s.r.path_node[i];
  for (int i = 0; i < nodes; ++i) {
    node_tensors const& t = s.node[i];
    p.node[i] = node_places{
        .operation = t.operation, .fork = t.fork, .data = place_of(tensor, t.result.data), .workspace = place_of(tensor, t.workspace)};
    for (int u = 0; u < node_tensors::max_uses; ++u) p.node[i].gradient[u] = place_of(tensor, t.use[u].grad);
  }
  return p;
}

template <class Run>
inline constexpr auto plan_of = make_step_plan<Run>();

}  // namespace ssl
