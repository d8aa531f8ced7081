// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/losses/loss.hpp"
#include "ssl/objectives/objective.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/l2_normalize.hpp"
#include "ssl/optimizers/fused_update.hpp"
#include "ssl/pipeline/arrays.hpp"
#include "ssl/pipeline/memory.hpp"
#include "ssl/pipeline/run.hpp"

/// \file
/// Walks the graph of a run, node by node, with everything decided by `if constexpr`. It names no method.
namespace ssl {

/// The arrays of a pipeline, in the backend's memory.
template <class Run>
struct run_arrays {
  using T = typename Run::scalar;
  char* memory = nullptr;

  T* parameters() const { return at<T>(memory_of<Run>.parameters); }
  T* gradients() const { return at<T>(memory_of<Run>.gradients); }
  T* slots() const { return at<T>(memory_of<Run>.slots); }
  T* averages() const { return at<T>(memory_of<Run>.averages); }
  T* buffers() const { return at<T>(memory_of<Run>.buffers); }
  T* average_buffers() const { return at<T>(memory_of<Run>.average_buffers); }
  T* state(int which) const { return at<T>(memory_of<Run>.states) + run_memory<Run>::state_elements(which); }
  T* losses() const { return at<T>(memory_of<Run>.losses); }
  T* scratch() const { return at<T>(memory_of<Run>.scratch); }
  float* staging() const { return at<float>(memory_of<Run>.staging); }
  T* arena() const { return at<T>(memory_of<Run>.arena); }
  std::int32_t* integers(node_kind kind, int wire) const {
    return at<std::int32_t>(memory_of<Run>.integers) + run_memory<Run>::integers_before(kind, wire);
  }

 private:
  template <class Element>
  Element* at(index byte) const {
    return reinterpret_cast<Element*>(memory + byte);
  }
};

/// Calls use(block) for every block whose weights move in a phase, with offsets in the flat arrays of the whole run.
template <class Run, int Phase, class Use>
constexpr void for_each_phase_block(Use use) {
  using memory = run_memory<Run>;
  for_each_index<memory::roles>([&]<int Role>() {
    if constexpr (memory::template moves<Role>(Phase)) {
      auto const& blocks = memory::template table<Role>();
      for (int i = 0; i < blocks.parameters; ++i) {
        block_record b = blocks.parameter[i];
        b.offset += memory::range_table.role[Role].parameter;
        b.encoder = Role == 0;
        if (Role > 0) b.layer = 1, b.layers_above = b.layers_per_iteration = 0;  // heads stand above all layers of the encoder
        use(b);
      }
    }
  });
}

template <int Count>
struct block_array {
  static constexpr int count = Count;
  block_record at[Count > 0 ? Count : 1] = {};
};

template <class Run, int Phase>
constexpr auto make_phase_blocks() {
  constexpr int count = [] {
    int n = 0;
    for_each_phase_block<Run, Phase>([&n](block_record const&) { ++n; });
    return n;
  }();
  block_array<count> result;
  int n = 0;
  for_each_phase_block<Run, Phase>([&](block_record const& b) { result.at[n++] = b; });
  return result;
}
template <class Run, int Phase>
inline constexpr auto phase_blocks = make_phase_blocks<Run, Phase>();

template <class Run>
struct executor {
  using backend = typename Run::backend;
  using context = typename backend::context;
  using T = typename Run::scalar;
  using objective = typename Run::objective;
  using options = run_options<Run>;
  using arrays = run_arrays<Run>;
  static constexpr auto const& graph = objective::graph;
  static constexpr auto const& plan = plan_of<Run>;

  // --- forward ------------------------------------------------------------------------------------------------------------

  static void upload(context& c, arrays const& a, batch_input const& batch) {
    for_each_index<graph.nodes>([&]<int Node>() {
      constexpr graph_node const& n = graph.node[Node];
      constexpr index elements = trace_of<Run>.at[Node].elements();
      if constexpr (n.kind == node_kind::views) {
        T* to = a.arena() + plan.node[Node].data.offset;
        if constexpr (std::is_same_v<T, float>) {
          backend::copy_in(c, to, batch.views[n.a], elements * index{sizeof(float)});
        } else {
          backend::copy_in(c, a.staging(), batch.views[n.a], elements * index{sizeof(float)});
          backend::map2d(c, 1, elements, ops::convert_cell<float, T>{a.staging(), to, elements});
        }
      } else if constexpr (n.kind == node_kind::labels || n.kind == node_kind::mask) {
        std::int32_t const* from = n.kind == node_kind::labels ? batch.labels[n.a] : batch.masks[n.a];
        backend::copy_in(c, a.integers(n.kind, n.a), from, elements * index{sizeof(std::int32_t)});
      }
    });
  }

  /// `share`: what the losses weigh beside their own weights, where a batch is only a part of a step.
  template <bool Observed = false>
  static void forward(context& c, arrays const& a, options const& o, update_time now, double share,
                      output_observer* observer = nullptr) {
    for_each_index<graph.nodes>([&]<int Node>() { forward_node<Node, Observed>(c, a, o, now, share, observer); });
  }

  // --- backward -----------------------------------------------------------------------------------------------------------

  template <int Phase>
  static void backward(context& c, arrays const& a, options const& o, update_time now) {
    for_each_index_reversed<graph.nodes>([&]<int Node>() { backward_node<Node, Phase>(c, a, o, now); });
  }

  // --- updates ------------------------------------------------------------------------------------------------------------

  /// Does every average move right after the optimizer, in the same pass?
  static constexpr bool averages_fused = [] {
    for (int i = 0; i < graph.averages; ++i)
      if (graph.average[i].when != average_moves::after_optimizer) return false;
    return graph.averages > 0;
  }();

  /// Does the objective hold some roles still for a time?
  static constexpr bool holds_still = requires(options const& o, label role) { objective::frozen(o.objective, index{}, role); };

  template <int Phase>
  static void update(context& c, arrays const& a, options const& o, index step) {
    auto const numbers = numbers_of<Phase>(o, step);
    auto const run = [&](auto const& blocks) { update_blocks(c, a, o, numbers, step, blocks.at, blocks.count); };
    if constexpr (holds_still)
      run(blocks_at<Phase>(o, step));
    else
      run(phase_blocks<Run, Phase>);
  }

  /// Brings the rows of weights to length 1 where the graph wants it.
  static void keep_unit_rows(context& c, arrays const& a) {
    for_each_index<graph.unit_row_roles>([&]<int I>() {
      constexpr int role = role_index<Run>(graph.unit_rows[I]);
      if constexpr (run_memory<Run>::template applied<role>) {
        auto const& t = run_memory<Run>::template table<role>();
        T* const weights = a.parameters() + run_memory<Run>::range_table.role[role].parameter;
        for (block_record const& b : t.parameter)
          if (b.kind == parameter_kind::weight && b.rank >= 2)
            for (int i = 0; i < b.times; ++i) {
              T* const block = weights + b.offset + i * b.stride;
              backend::map2d(c, b.extents[0], 1, ops::unit_length_cell<T>{block, block, b.elements() / b.extents[0]});
            }
      }
    });
  }

  /// The numbers of the optimizer in a phase: its learning rate may differ from phase to phase.
  template <int Phase>
  static auto numbers_of(options const& o, index step) {
    auto numbers = o.optimizer;
    if constexpr (requires { objective::rate_factor(o.objective, Phase); })
      numbers.learning_rate = numbers.learning_rate.at(step) * objective::rate_factor(o.objective, Phase);
    return numbers;
  }

  static void update_blocks(context& c, arrays const& a, options const& o, options_of<detail::optimizer_in, Run> const& numbers,
                            index step, block_record const* blocks, int count) {
    double momentum = 0;
    if constexpr (averages_fused) momentum = objective::average_momentum(o.objective, step);
    optimizers::flat_arrays<T> flat{.weights = a.parameters(), .gradients = a.gradients(), .slots = a.slots(),
                                    .slot_stride = run_memory<Run>::range_table.parameters,
                                    .average = averages_fused ? a.averages() : nullptr,
                                    .average_length = averages_fused ? run_memory<Run>::range_table.averaged : 0};
    optimizers::fused_update<typename Run::optimizer, run_environment<Run>>(c, numbers, step, blocks, count, flat, momentum, a.scratch());
  }

  template <average_moves When>
  static void move_averages(context& c, arrays const& a, options const& o, index step) {
    if constexpr (graph.averages > 0 && !averages_fused)
      for_each_index<run_memory<Run>::roles>([&]<int Role>() {
        constexpr role_range r = run_memory<Run>::range_table.role[Role];
        if constexpr (r.averaged && average_moment(type_at<Role, networks_of<Run>>::label()) == When)
          optimizers::moving_average<run_environment<Run>>(c, a.parameters() + r.parameter, a.averages() + r.parameter, r.parameter_elements,
                                                           objective::average_momentum(o.objective, step));
      });
  }

  template <state_moves When>
  static void update_states(context& c, arrays const& a, options const& o, update_time now) {
    for_each_index<graph.nodes>([&]<int Node>() {
      constexpr graph_node const& n = graph.node[Node];
      if constexpr (n.kind == node_kind::update && n.when == When) {
        constexpr int which = find_label(typename objective::states{}, n.name.text);
        using rule = typename type_at<find_label(typename objective::rules{}, n.rule.text), typename objective::rules>::type;
        using block = typename type_at<which, typename objective::states>::type;
        rule::template run<run_environment<Run>, block::extents, trace_of<Run>.at[n.input[0]]>(c, o.objective, now, a.state(which),
                                                                                               data<n.input[0]>(a));
      }
    });
  }

  /// Calls use(loss_term) for every term of the objective, given the values that the forward pass left in `losses`.
  template <class Use>
  static void for_each_term(options const& o, index step, T const* losses, Use use) {
    for_each_index<graph.nodes>([&]<int Node>() {
      constexpr graph_node const& n = graph.node[Node];
      if constexpr (n.kind == node_kind::loss)
        use(loss_term{n.name.text, static_cast<double>(losses[Node]), weight<Node>(o, step), n.phase});
    });
  }

 private:
  /// The blocks of a phase at a step: those of roles that the objective holds still are frozen.
  template <int Phase>
  static auto blocks_at(options const& o, index step) {
    auto blocks = phase_blocks<Run, Phase>;
    int i = 0;
    for_each_index<run_memory<Run>::roles>([&]<int Role>() {
      if constexpr (run_memory<Run>::template moves<Role>(Phase)) {
        bool const still = objective::frozen(o.objective, step, run_memory<Run>::template name<Role>);
        for (int end = i + run_memory<Run>::template table<Role>().parameters; i < end; ++i) blocks.at[i].frozen = blocks.at[i].frozen || still;
      }
    });
    return blocks;
  }

  static constexpr average_moves average_moment(label role) {
    for (int i = 0; i < graph.averages; ++i)
      if (graph.average[i].name == role) return graph.average[i].when;
    return average_moves::after_optimizer;
  }

  /// The values of a node's result.
  template <int Node>
  static T const* data(arrays const& a) {
    constexpr graph_node const& n = graph.node[Node];
    if constexpr (n.kind == node_kind::state)
      return a.state(find_label(typename objective::states{}, n.name.text));
    else if constexpr (n.kind == node_kind::detach)
      return data<n.input[0]>(a);
    else if constexpr (plan.node[Node].data.exists())
      return a.arena() + plan.node[Node].data.offset;
    else
      return nullptr;
  }

  template <int Node>
  static double weight(options const& o, index step) {
    using tag = term<node_loss<Run, Node>::entry::label_text>;
    if constexpr (requires { objective::loss_weight(o.objective, step, tag{}); })
      return objective::loss_weight(o.objective, step, tag{});
    else
      return 1.0;
  }

  template <int Node>
  static frame<T> frame_of(arrays const& a, options const& o, update_time now, int chunk) {
    constexpr graph_node const& n = graph.node[Node];
    frame<T> f{.arena = a.arena(), .first_sample = index{chunk} * node_run<Run, Node>::input.n};
    if constexpr (n.kind == node_kind::apply) {
      constexpr role_range r = run_memory<Run>::range_table.role[node_layer<Run, Node>::role];
      f.parameters = (n.average ? a.averages() : a.parameters()) + r.parameter;
      f.gradients = a.gradients() + r.parameter;
      f.buffers = (n.average ? a.average_buffers() : a.buffers()) + r.buffer;
      if constexpr (n.mask >= 0) {
        constexpr shape given = trace_of<Run>.at[n.mask];
        f.mask = a.integers(node_kind::mask, graph.node[n.mask].a) + f.first_sample * given.with_batch(1).elements();
        f.mask_elements = given.elements() / node_run<Run, Node>::chunks;
      }
      if constexpr (requires { o.encoder.drop_path_rate.at(now); })  // the encoder's own weights only: a target sees whole networks
        if constexpr (!n.average && node_layer<Run, Node>::role == 0) f.drop_path_rate = static_cast<T>(o.encoder.drop_path_rate.at(now));
    }
    f.randomness = {o.seed, now.batch, plan.op};
    return f;
  }

  template <int Node, bool Observed = false>
  static void run_forward(context& c, frame<T> const& f) {
    using it = node_run<Run, Node>;
    constexpr execution how = it::how();
    using env = run_environment<Run, execution{how.mode, how.statistics_groups, how.updates_weights, Observed, how.drops_samples}>;
    ssl::forward<typename it::network, it::input, env>(c, f, plan.op + plan.node[Node].operation);
  }

  template <int Node, bool Observed>
  static void forward_node(context& c, arrays const& a, options const& o, update_time now, double share, output_observer* observer) {
    if constexpr (runs_layer(graph.node[Node].kind))
      for (int chunk = 0; chunk < node_run<Run, Node>::chunks; ++chunk) {
        frame<T> f = frame_of<Node>(a, o, now, chunk);
        f.observer = observer;
        run_forward<Node, Observed>(c, f);
      }
    else
      forward_unobserved<Node>(c, a, o, now, share);
  }

  /// Nodes in which there is nothing to observe.
  template <int Node>
  PRETEXT_NOINLINE static void forward_unobserved(context& c, arrays const& a, options const& o, update_time now, double share) {
    constexpr graph_node const& n = graph.node[Node];
    [[maybe_unused]] op_record const* op = plan.op + plan.node[Node].operation;
    if constexpr (n.kind == node_kind::stack) {
      constexpr index first = trace_of<Run>.at[n.input[0]].elements(), second = trace_of<Run>.at[n.input[1]].elements();
      T* y = a.arena() + op->y.offset;
      backend::map2d(c, 1, first, ops::copy_cell<T>{a.arena() + op->x.offset, y, first});
      backend::map2d(c, 1, second, ops::copy_cell<T>{a.arena() + op->x2.offset, y + first, second});
    } else if constexpr (n.kind == node_kind::state && plan.node[Node].data.exists()) {
      constexpr index elements = trace_of<Run>.at[Node].elements();
      backend::map2d(c, 1, elements, ops::copy_cell<T>{data<Node>(a), a.arena() + plan.node[Node].data.offset, elements});
    } else if constexpr (n.kind == node_kind::loss) {
      forward_loss<Node>(c, a, o, now.step, share);
    }
  }

  /// Where a loss finds its input J, and where it writes the gradient.
  template <int Node, int J, class Arguments>
  static void give_input(arrays const& a, Arguments& arguments) {
    constexpr int source = graph.node[Node].input[J];
    constexpr graph_node const& from = graph.node[source];
    if constexpr (from.kind == node_kind::labels || from.kind == node_kind::mask) {
      arguments.integers[J] = a.integers(from.kind, from.a);
    } else {
      arguments.x[J] = data<source>(a);
      constexpr int use = analysis_of<Run>.use[Node][J];
      if constexpr (use >= 0 && plan.node[source].gradient[use < 0 ? 0 : use].exists())  // not where a network without weights sees views
        arguments.gx[J] = a.arena() + plan.node[source].gradient[use].offset;
    }
  }

  template <int Node>
  static void forward_loss(context& c, arrays const& a, options const& o, index step, double share) {
    using loss = node_loss<Run, Node>;
    loss_arguments<T, loss::type::inputs> arguments;
    for_each_index<loss::type::inputs>([&]<int J>() { give_input<Node, J>(a, arguments); });
    arguments.loss = a.losses() + Node;
    if constexpr (plan.node[Node].workspace.exists()) arguments.workspace = a.arena() + plan.node[Node].workspace.offset;
    arguments.weight = static_cast<T>(share * weight<Node>(o, step));
    typename loss::type::options loss_options{};
    using tag = term<loss::entry::label_text>;
    if constexpr (requires { objective::loss_options(o.objective, step, tag{}); }) loss_options = objective::loss_options(o.objective, step, tag{});
    loss::bind::run(c, loss_options, arguments);
  }

  template <int Node, int Phase>
  static void backward_node(context& c, arrays const& a, options const& o, update_time now) {
    if constexpr (analysis_of<Run>.flows[Phase][Node]) {
      constexpr graph_node const& n = graph.node[Node];
      for_each_index_reversed<(analysis_of<Run>.uses[Node] > 1 ? analysis_of<Run>.uses[Node] - 1 : 0)>(
          [&]<int Fork>() { backward_fork<Node, Phase, Fork>(c, a); });
      op_record const* op = plan.op + plan.node[Node].operation;
      if constexpr (runs_layer(n.kind)) {
        using it = node_run<Run, Node>;
        constexpr execution how = it::how(n.kind == node_kind::apply && phase_updates(graph, Phase, n.name));
        for (int chunk = it::chunks - 1; chunk >= 0; --chunk) {
          frame<T> const f = frame_of<Node>(a, o, now, chunk);
          if (chunk + 1 < it::chunks) run_forward<Node>(c, f.again());  // what the last one kept is still there
          ssl::backward<typename it::network, it::input, run_environment<Run, how>>(c, f, op);
        }
      } else if constexpr (n.kind == node_kind::stack) {
        constexpr index first = trace_of<Run>.at[n.input[0]].elements(), second = trace_of<Run>.at[n.input[1]].elements();
        T const* gy = a.arena() + op->gy.offset;
        if (op->gx.exists()) backend::map2d(c, 1, first, ops::copy_cell<T>{gy, a.arena() + op->gx.offset, first});
        if (op->gx2.exists()) backend::map2d(c, 1, second, ops::copy_cell<T>{gy + first, a.arena() + op->gx2.offset, second});
      }
    }
  }

  /// Is any use of the node's result from number `from` on active in the phase?
  template <int Node, int Phase>
  static constexpr bool active_from(int from, int to) {
    for (int i = 0; i < graph.nodes; ++i)
      for (int j = 0; j < graph.node[i].inputs; ++j) {
        int const use = analysis_of<Run>.use[i][j];
        if (graph.node[i].input[j] == Node && use >= from && use < to && analysis_of<Run>.use_active[Phase][i][j]) return true;
      }
    return false;
  }

  template <int Node, int Phase, int Fork>
  static void backward_fork(context& c, arrays const& a) {
    op_record const* op = plan.op + plan.node[Node].fork + Fork;
    constexpr index elements = trace_of<Run>.at[Node].elements();
    if (!op->gx.exists()) return;
    constexpr bool first = active_from<Node, Phase>(Fork, Fork + 1), rest = active_from<Node, Phase>(Fork + 1, node_tensors::max_uses);
    T *gx = a.arena() + op->gx.offset, *gy = a.arena() + op->gy.offset, *gy2 = a.arena() + op->gy2.offset;
    if constexpr (first && rest)
      backend::map2d(c, 1, elements, ops::add_cell<T>{gy, gy2, gx, elements});
    else if constexpr (first || rest)
      backend::map2d(c, 1, elements, ops::copy_cell<T>{first ? gy : gy2, gx, elements});
  }
};

}  // namespace ssl
