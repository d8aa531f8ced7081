// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <span>

#include "ssl/core/fixed_string.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// The training step as a value. An objective builds its step by ordinary constexpr code:
///
///   static constexpr auto graph = ssl::build_graph([](auto& g) {
///     auto views = g.views(0);
///     auto online = g.apply("predictor", g.apply("projector", g.apply("encoder", views)));
///     auto target = g.apply(average_of("projector"), g.apply(average_of("encoder"), views));
///     g.loss("negative_cosine", {online, target});
///   });
///
/// Roles, losses and states are named; the objective says what they are. Nothing here knows a method. Nodes run in the order in which they
/// are written: a target that needs no gradient costs no memory at the peak where it stands before the networks that do.
namespace ssl {

/// A short name inside a graph.
struct label {
  static constexpr int capacity = 32;
  char text[capacity] = {};

  constexpr label() = default;
  constexpr label(char const* literal) {
    for (int i = 0; i + 1 < capacity && literal[i] != '\0'; ++i) text[i] = literal[i];
  }
  constexpr bool empty() const { return text[0] == '\0'; }
  friend constexpr bool operator==(label const& a, label const& b) { return same_text(a.text, b.text); }
};

/// Which network, and with which weights: its own, or their moving average (which never has a gradient).
struct role {
  label name{};
  bool average = false;
  constexpr role() = default;
  constexpr role(char const* name) : name(name) {}
  constexpr role(label name, bool average) : name(name), average(average) {}
};
constexpr role average_of(role r) { return {r.name, true}; }

/// The result of a node.
struct wire {
  int node = -1;
};

enum class node_kind {
  views,         ///< a group of equal crops: (views * N, H, W, C)
  labels,        ///< integers drawn by the augmentation
  mask,          ///< integers per token drawn by the augmentation
  state,         ///< persistent values of the objective: queue, centre
  apply,         ///< a role's network
  stack,         ///< two wires one after the other along the batch
  part,          ///< one of several equal parts of the batch
  parts,         ///< some of several equal parts of the batch, in any order and any number of times
  interleave,    ///< the rows of several equal parts of the batch in turn: the first of each, then the second of each; or back
  side_by_side,  ///< several patches of one image, stacked view-major, beside each other in the channels
  tokens,        ///< some tokens of a sequence
  channels,      ///< some channels
  detach,        ///< the same values; no gradient flows back
  loss,          ///< a term of the objective
  update         ///< a new value of a state
};

/// When a moving average follows its role in a step.
enum class average_moves { before_forward, after_optimizer };
/// When a state takes its new value in a step; all losses have read the old one by then.
enum class state_moves { before_optimizer, after_optimizer };

struct apply_config {
  wire mask{};                ///< integers that the network reads
  int visible = 0;            ///< the network sees only so many tokens, the first in the order that the mask holds; 0: all
  int statistics_groups = 1;  ///< batch statistics over all rows (1) or over each of so many equal parts
  bool map = false;           ///< what the network makes before it pools over the places (encoders/encoder.hpp)
};

struct loss_config {
  /// Phases run in order after one forward pass: backward through the phase's losses, then the optimizer for the roles they update.
  /// A later phase so passes through a network that an earlier one has moved with its new weights and the activations of the old, as the
  /// published adversarial codes do.
  int phase = 0;
  std::initializer_list<label> updates{};  ///< roles that move in this phase; all where a loss of the phase names none
};

struct graph_node {
  static constexpr int max_inputs = 6;
  static constexpr int max_updates = 6;

  node_kind kind{};
  int inputs = 0;
  int input[max_inputs] = {-1, -1, -1, -1, -1, -1};
  label name{};  ///< role, loss or state
  label rule{};  ///< of an update
  bool average = false;
  int statistics_groups = 1;
  bool map = false;
  int mask = -1;
  int visible = 0;
  int a = 0;  ///< group or wire number; part, first token or channel; of interleave 1 where it puts back; of parts: place in `list`
  int b = 0;  ///< number of parts, tokens or channels
  int listed = 0;  ///< of parts: how many entries of the list
  int phase = 0;
  int updates = 0;
  label update[max_updates] = {};
  state_moves when = state_moves::after_optimizer;
};

/// A role whose weights are followed by a moving average.
struct average_record {
  label name{};
  average_moves when = average_moves::after_optimizer;
};

/// What build_graph returns.
struct step_graph {
  static constexpr int max_nodes = 64;
  static constexpr int max_averages = 8;
  static constexpr int max_unit_rows = 4;
  static constexpr int max_listed = 256;

  int nodes = 0;
  graph_node node[max_nodes] = {};
  int averages = 0;
  average_record average[max_averages] = {};
  int unit_row_roles = 0;
  label unit_rows[max_unit_rows] = {};  ///< roles whose weights have rows of length 1
  int listed = 0;
  int list[max_listed] = {};  ///< which parts the nodes `parts` take
  int phases = 1;
  bool overflow = false;

  constexpr int count(node_kind kind) const {
    int n = 0;
    for (int i = 0; i < nodes; ++i) n += node[i].kind == kind;
    return n;
  }
};

class graph_builder {
 public:
  constexpr wire views(int group) { return add({.kind = node_kind::views, .a = group}); }
  constexpr wire labels(int which) { return add({.kind = node_kind::labels, .a = which}); }
  constexpr wire mask(int which) { return add({.kind = node_kind::mask, .a = which}); }
  constexpr wire state(char const* name) { return add({.kind = node_kind::state, .name = name}); }

  constexpr wire apply(role r, wire x, apply_config config = {}) {
    if (r.average) note_average(r.name);
    return add({.kind = node_kind::apply, .inputs = 1, .input = {x.node}, .name = r.name, .average = r.average,
                .statistics_groups = config.statistics_groups, .map = config.map, .mask = config.mask.node, .visible = config.visible});
  }
  constexpr wire stack(wire a, wire b) { return add({.kind = node_kind::stack, .inputs = 2, .input = {a.node, b.node}}); }
  constexpr wire part(wire x, int which, int of) { return one(node_kind::part, x, which, of); }
  /// Those of `of` equal parts of the batch that the list names, in its order; a part may stand in it more than once.
  constexpr wire parts(wire x, std::span<int const> which, int of) {
    graph_node const n{.kind = node_kind::parts, .inputs = 1, .input = {x.node}, .a = graph.listed, .b = of,
                       .listed = static_cast<int>(which.size())};
    for (int p : which) graph.listed < step_graph::max_listed ? void(graph.list[graph.listed++] = p) : void(graph.overflow = true);
    return add(n);
  }
  /// The rows of `parts` equal parts of the batch in turn; `put_back` undoes it. With batch statistics over as many parts, every part
  /// then has statistics of rows of all parts.
  constexpr wire interleave(wire x, int parts) { return one(node_kind::interleave, x, 0, parts); }
  constexpr wire put_back(wire x, int parts) { return one(node_kind::interleave, x, 1, parts); }
  constexpr wire side_by_side(wire x, int count) { return one(node_kind::side_by_side, x, 0, count); }
  constexpr wire tokens(wire x, int first, int count) { return one(node_kind::tokens, x, first, count); }
  constexpr wire channels(wire x, int first, int count) { return one(node_kind::channels, x, first, count); }
  constexpr wire detach(wire x) { return one(node_kind::detach, x, 0, 0); }

  /// Adds a term. The gradient reaches every input that has one; the objective gives options and weight by the term's name.
  constexpr void loss(char const* name, std::initializer_list<wire> inputs, loss_config config = {}) {
    graph_node n{.kind = node_kind::loss, .name = name, .phase = config.phase};
    for (wire w : inputs) n.inputs < graph_node::max_inputs ? void(n.input[n.inputs++] = w.node) : void(graph.overflow = true);
    for (label r : config.updates) n.updates < graph_node::max_updates ? void(n.update[n.updates++] = r) : void(graph.overflow = true);
    if (config.phase >= graph.phases) graph.phases = config.phase + 1;
    add(n);
  }
  /// Gives a state its next value by a rule of the objective, after all losses have read it.
  constexpr void update(char const* state, char const* rule, wire x, state_moves when = state_moves::after_optimizer) {
    add({.kind = node_kind::update, .inputs = 1, .input = {x.node}, .name = state, .rule = rule, .when = when});
  }
  /// Says when the average of a role moves; unless said, after the optimizer.
  constexpr void move_average(char const* role_name, average_moves when) { note_average(role_name).when = when; }

  /// The rows of a role's weights are brought to length 1 at the start of every step.
  constexpr void keep_unit_rows(char const* role_name) {
    graph.unit_row_roles < step_graph::max_unit_rows ? void(graph.unit_rows[graph.unit_row_roles++] = label(role_name))
                                                     : void(graph.overflow = true);
  }

  step_graph graph{};

 private:
  constexpr wire one(node_kind kind, wire x, int a, int b) {
    return add({.kind = kind, .inputs = 1, .input = {x.node}, .a = a, .b = b});
  }
  constexpr wire add(graph_node const& n) {
    if (graph.nodes == step_graph::max_nodes) return graph.overflow = true, wire{0};
    graph.node[graph.nodes] = n;
    return {graph.nodes++};
  }
  constexpr average_record& note_average(label name) {
    for (int i = 0; i < graph.averages; ++i)
      if (graph.average[i].name == name) return graph.average[i];
    if (graph.averages == step_graph::max_averages) return graph.overflow = true, graph.average[0];
    graph.average[graph.averages].name = name;
    return graph.average[graph.averages++];
  }
};

template <class Build>
constexpr step_graph build_graph(Build build) {
  graph_builder g;
  build(g);
  return g.graph;
}

}  // namespace ssl
