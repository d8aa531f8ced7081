// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/pipeline/step_plan.hpp"

/// \file
/// Every byte of a pipeline, fixed by the compiler: parallel flat arrays for what persists, one arena for what does not.
namespace ssl {

/// Where a role's blocks begin in the flat arrays.
struct role_range {
  index parameter = 0;
  index parameter_elements = 0;
  index buffer = 0;
  index buffer_elements = 0;
  bool averaged = false;
};

template <class Run>
struct run_memory {
  using networks = networks_of<Run>;
  static constexpr int roles = networks::size;
  static constexpr auto const& graph = Run::objective::graph;

  template <int Role>
  using network = typename type_at<Role, networks>::type;
  template <int Role>
  static constexpr label name = type_at<Role, networks>::label();
  /// Does the step apply the network at all? One that it does not apply has no blocks.
  template <int Role>
  static constexpr bool applied = first_input<Run>(name<Role>).n > 0;
  /// Do its weights move in a phase?
  template <int Role>
  static constexpr bool moves(int phase) {
    return applied<Role> && phase_updates(graph, phase, name<Role>);
  }
  /// The table of a role's blocks.
  template <int Role>
  static constexpr auto const& table() {
    return block_table_of<network<Role>, first_input<Run>(name<Role>), run_environment<Run>>;
  }

  struct ranges {
    role_range role[roles] = {};
    index parameters = 0;
    index buffers = 0;
    index averaged = 0;  ///< elements of the prefix of the flat arrays that an average follows
  };
  static constexpr ranges range_table = [] {
    ranges t;
    for_each_index<roles>([&]<int Role>() {
      if constexpr (applied<Role>) {
        role_range& r = t.role[Role];
        r.parameter = t.parameters, r.parameter_elements = table<Role>().parameter_elements;
        r.buffer = t.buffers, r.buffer_elements = table<Role>().buffer_elements;
        t.parameters += r.parameter_elements, t.buffers += r.buffer_elements;
        for (int i = 0; i < graph.averages; ++i)
          if (graph.average[i].name == name<Role>) r.averaged = true, t.averaged = t.parameters;
      }
    });
    return t;
  }();

  static constexpr index state_elements(int which) {
    index elements = 0;
    for_each_index<Run::objective::states::size>([&]<int S>() {
      if (S < which) elements += round_up(type_at<S, typename Run::objective::states>::type::extents.elements(), block_elements);
    });
    return elements;
  }
  static constexpr index integers_before(node_kind kind, int wire) {
    constexpr augmentations::view_layout l = Run::augmentation::layout(Run::image);
    index n = 0;
    int const labels = kind == node_kind::labels ? wire : l.label_wires;
    for (int i = 0; i < labels; ++i) n += round_up(index{l.labels[i]} * Run::batch, block_elements);
    if (kind == node_kind::mask)
      for (int i = 0; i < wire; ++i) n += round_up(index{l.mask[i].views} * Run::batch * l.mask[i].size.elements(), block_elements);
    return n;
  }
  static constexpr index block_count = [] {
    index n = 0;
    for_each_index<roles>([&]<int Role>() {
      if constexpr (applied<Role>)
        for (int i = 0; i < table<Role>().parameters; ++i) n += table<Role>().parameter[i].times;
    });
    return n;
  }();
  /// Views arrive as float; another scalar needs a place to convert from.
  static constexpr index staging = [] {
    if (std::is_same_v<typename Run::scalar, float>) return index{0};
    constexpr augmentations::view_layout l = Run::augmentation::layout(Run::image);
    index most = 0;
    for (int i = 0; i < l.groups; ++i) {
      index const n = l.group[i].size.elements() * l.group[i].views * Run::batch;
      if (n > most) most = n;
    }
    return most;
  }();

  /// The arrays one after the other, in bytes from the start of one block of memory.
  struct layout {
    index parameters = 0, gradients = 0, slots = 0, averages = 0, buffers = 0, average_buffers = 0, states = 0, losses = 0, scratch = 0,
          integers = 0, staging = 0, arena = 0, bytes = 0;
  };
  static constexpr index scratch_elements = round_up(2 * block_count + 16, block_elements);
  static constexpr layout make_layout() {
    constexpr index scalar = sizeof(typename Run::scalar);
    constexpr augmentations::view_layout l = Run::augmentation::layout(Run::image);
    layout m;
    auto place = [&m](index& at, index elements, index size) { at = m.bytes, m.bytes += round_up(elements * size, 64); };
    place(m.parameters, range_table.parameters, scalar);
    place(m.gradients, range_table.parameters, scalar);
    place(m.slots, range_table.parameters * Run::optimizer::slots, scalar);
    place(m.averages, range_table.averaged, scalar);
    place(m.buffers, range_table.buffers, scalar);
    place(m.average_buffers, range_table.averaged > 0 ? range_table.buffers : 0, scalar);
    place(m.states, state_elements(Run::objective::states::size), scalar);
    place(m.losses, step_graph::max_nodes, scalar);
    place(m.scratch, scratch_elements, scalar);
    place(m.integers, integers_before(node_kind::mask, l.mask_wires), sizeof(std::int32_t));
    place(m.staging, staging, sizeof(float));
    place(m.arena, plan_of<Run>.arena, scalar);
    return m;
  }
};

template <class Run>
inline constexpr typename run_memory<Run>::layout memory_of = run_memory<Run>::make_layout();

}  // namespace ssl
