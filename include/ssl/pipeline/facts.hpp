// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/encoders/encoder.hpp"
#include "ssl/objectives/objective.hpp"
#include "ssl/optimizers/optimizer.hpp"
#include "ssl/pipeline/forward_plan.hpp"
#include "ssl/pipeline/graph_facts.hpp"
#include "ssl/pipeline/step_plan.hpp"

/// \file
/// What is true of a run. Facts can never be ill-formed, whatever the run is; the gate turns the first that fails into one
/// sentence.
namespace ssl {

/// A required capability of a backend.
enum class capability { none, context, map2d, sum_rows, sum_cols, gemm, memory };

namespace facts {

/// Named by a requires-expression whose values must be known to the compiler: `typename constants<f(x)>`.
template <auto...>
struct constants {};

template <class Run>
constexpr bool names_policies = requires {
  typename Run::encoder;
  typename Run::augmentation;
  typename Run::objective;
  typename Run::optimizer;
  typename Run::backend;
  static_cast<float>(typename Run::scalar(1));
  typename constants<shape{Run::image}.positive(), int{Run::batch}>;
};

/// Positive, and small enough that no product of extents leaves its type.
constexpr bool sensible(shape image, index images) {
  constexpr int most = 1 << 24;
  constexpr double most_elements = 1e12;
  return image.positive() && image.h <= most && image.w <= most && image.c <= most && images > 0 && images <= most &&
         1.0 * image.h * image.w * image.c * static_cast<double>(images) <= most_elements;
}

// --- policies by themselves ---------------------------------------------------------------------------------------------

template <class E>
constexpr bool is_layer = false;
template <layer E>
constexpr bool is_layer<E> = requires {
  typename constants<int{E::operations}, E::check(shape{}).ok()>;
};

/// Can the planner and the executor use it on this backend?
template <class E, class Env>
constexpr bool is_recorded = requires(recorder& r, value v) {
  { E::template record<Env>(r, v) } -> std::same_as<value>;
};

template <class L>
constexpr bool is_loss = false;
template <loss L>
constexpr bool is_loss<L> = requires {
  typename constants<int{L::inputs}, bool{L::accepts(probe_shapes)}>;
};

template <class S>
constexpr bool is_state = requires {
  typename constants<shape{S::extents}.positive(), state_init{S::init}>;
};

template <class N>
concept named_entry = requires {
  typename N::type;
  { N::label() } -> std::same_as<char const*>;
};
template <class List, template <class> class Holds>
constexpr bool is_list = false;
template <named_entry... N, template <class> class Holds>
constexpr bool is_list<type_list<N...>, Holds> = (Holds<typename N::type>::value && ...);

template <class E>
struct holds_layer : std::bool_constant<is_layer<E>> {};
template <class L>
struct holds_loss : std::bool_constant<is_loss<L>> {};
template <class S>
struct holds_state : std::bool_constant<is_state<S>> {};
template <class R>
struct holds_rule : std::true_type {};

template <class O>
constexpr bool is_objective = false;
template <objective O>
constexpr bool is_objective<O> = requires {
  typename constants<step_graph{O::graph}.nodes, bool{O::accepts(augmentations::view_layout{})}, bool{O::exports_average}>;
  requires is_list<typename O::networks, holds_layer>;
  requires is_list<typename O::losses, holds_loss>;
  requires is_list<typename O::states, holds_state>;
  requires is_list<typename O::rules, holds_rule>;
};

/// Do the views, labels and masks of an augmentation have sizes that a batch can have?
constexpr bool sensible(augmentations::view_layout const& l, int batch) {
  constexpr int most = augmentations::view_layout::capacity;
  if (l.groups < 0 || l.groups > most || l.label_wires < 0 || l.label_wires > most || l.mask_wires < 0 || l.mask_wires > most)
    return false;
  for (int i = 0; i < l.groups; ++i)
    if (!sensible(l.group[i].size, index{l.group[i].views} * batch)) return false;
  for (int i = 0; i < l.label_wires; ++i)
    if (!sensible(shape{}, index{l.labels[i]} * batch)) return false;
  for (int i = 0; i < l.mask_wires; ++i)
    if (!sensible(l.mask[i].size, index{l.mask[i].views} * batch)) return false;
  return true;
}
template <class Run>
constexpr bool augmentation_fits = requires {
  requires augmentation<typename Run::augmentation>;
  requires std::bool_constant<sensible(Run::augmentation::layout(Run::image), Run::batch)>::value;
};

template <class B, class T>
consteval capability missing_capability() {
  if constexpr (!backends::has_context<B>) {
    return capability::context;
  } else if constexpr (!backends::has_map2d<B>) {
    return capability::map2d;
  } else if constexpr (!backends::has_sum_rows<B>) {
    return capability::sum_rows;
  } else if constexpr (!backends::has_sum_cols<B>) {
    return capability::sum_cols;
  } else if constexpr (!backends::has_gemm<B, T>) {
    return capability::gemm;
  } else {
    return backends::has_memory<B> ? capability::none : capability::memory;
  }
}

// --- policies together --------------------------------------------------------------------------------------------------

constexpr bool same_block(block_record const& a, block_record const& b) {
  bool same = a.offset == b.offset && a.times == b.times && a.rank == b.rank;
  for (int i = 0; i < 4; ++i) same = same && a.extents[i] == b.extents[i];
  return same;
}
template <class A, class B>
constexpr bool same_blocks(A const& a, B const& b) {
  if (A::parameters != B::parameters || A::buffers != B::buffers) return false;
  for (int i = 0; i < A::parameters; ++i)
    if (!same_block(a.parameter[i], b.parameter[i])) return false;
  for (int i = 0; i < A::buffers; ++i)
    if (!same_block(a.buffer[i], b.buffer[i])) return false;
  return true;
}

/// Does the objective take what the encoder makes? An encoder that refuses its image has its own sentence.
template <class Run>
constexpr bool encoder_fits() {
  using encoder = typename Run::encoder;
  constexpr shape in = first_input<Run>("encoder");
  if constexpr (in.n > 0 && requires { Run::objective::template accepts_encoder<encoder>(in); })
    return !checked<feature_map_of<encoder>>(in).ok() || Run::objective::template accepts_encoder<encoder>(in);
  return true;
}

/// Does every role ask for the same parameters and buffers at every shape, and for all forms, in which it is applied?
template <class Run>
constexpr bool same_parameters() {
  bool same = true;
  for_each_index<Run::objective::graph.nodes>([&]<int Node>() {
    constexpr graph_node const& n = Run::objective::graph.node[Node];
    if constexpr (n.kind == node_kind::apply) {
      using net = typename node_layer<Run, Node>::type;
      using env = run_environment<Run>;
      constexpr shape here = trace_of<Run>.at[n.input[0]].with_batch(1), first = first_input<Run>(n.name).with_batch(1);
      using whole = typename type_at<node_layer<Run, Node>::role, networks_of<Run>>::type;
      if constexpr (here != first || !std::is_same_v<net, whole>)
        same = same && same_blocks(block_table_of<net, here, env>, block_table_of<whole, first, env>);
    }
  });
  return same;
}

/// Can the encoder see every batch that it is given in the run's chunks? It must give a row for every sample, and have the same
/// weights when it runs forward again.
template <class Run>
constexpr bool divides_into_chunks() {
  constexpr int chunks = chunks_of<Run>();
  if constexpr (chunks == 1) {
    return true;
  } else if constexpr (chunks < 1 || Run::objective::graph.phases > 1) {
    return false;
  } else {
    bool divides = true;
    for_each_index<Run::objective::graph.nodes>([&]<int Node>() {
      if constexpr (runs_layer(Run::objective::graph.node[Node].kind)) {
        using it = node_run<Run, Node>;
        if (it::chunks > 1)
          divides = divides && it::whole.n % chunks == 0 && checked<typename it::network>(it::input).ok() &&
                    it::network::output(it::input).n == it::input.n;
      }
    });
    return divides;
  }
}

template <class Env, class... Named>
constexpr bool all_recorded(type_list<Named...>) {
  return (is_recorded<typename Named::type, Env> && ...);
}

/// 0 where the run composes, else the code of docs/errors.md. Each question is asked only where the earlier ones were answered
/// with yes.
template <class Run>
consteval int failure() {
  if constexpr (!names_policies<Run>) {
    return 110;
  } else if constexpr (!sensible(Run::image, Run::batch)) {
    return 100;
  } else if constexpr (!is_layer<typename Run::encoder>) {
    return 111;
  } else if constexpr (requires { requires !Run::augmentation::valid; }) {
    return 130;
  } else if constexpr (!augmentation_fits<Run>) {
    return 112;
  } else if constexpr (!augmentations::accepts_image<typename Run::augmentation>(Run::image)) {
    return 132;
  } else if constexpr (!is_objective<typename Run::objective>) {
    return 113;
  } else if constexpr (!optimizer<typename Run::optimizer>) {
    return 401;
  } else if constexpr (missing_capability<typename Run::backend, typename Run::scalar>() != capability::none) {
    return 201;
  } else if constexpr (!is_recorded<typename Run::encoder, run_environment<Run>>) {
    return 111;
  } else if constexpr (!all_recorded<run_environment<Run>>(typename Run::objective::networks{})) {
    return 113;
  } else if constexpr (graph_failure<Run>() != 0) {
    return graph_failure<Run>();
  } else if constexpr (!encoder_fits<Run>()) {
    return 135;
  } else if constexpr (!trace_of<Run>.ok()) {
    constexpr step_trace const& t = trace_of<Run>;
    return !t.why.valid ? 101 : Run::objective::graph.node[t.rejecting].kind == node_kind::loss ? 306 : 102;
  } else if constexpr (!same_parameters<Run>()) {
    return 308;
  } else if constexpr (!divides_into_chunks<Run>()) {
    return 322;
  } else if constexpr (plan_of<Run>.overflow) {
    return 120;
  } else if constexpr (plan_of<Run>.mask_misfits) {
    return 106;
  } else if constexpr (plan_of<Run>.reaches_too_far) {
    return 321;
  } else if constexpr (plan_of<Run>.mask_unread) {
    return 139;
  } else {
    return 0;
  }
}

template <class Backend, class Scalar>
using frozen_environment = environment<Backend, Scalar, execution{.mode = execution_mode::evaluation}>;

/// The same for an encoder by itself.
template <class Encoder, shape Image, class Backend, int Batch, class Scalar>
consteval int frozen_failure() {
  constexpr shape input = Image.with_batch(Batch);
  if constexpr (!sensible(Image, Batch)) {
    return 100;
  } else if constexpr (!is_layer<Encoder>) {
    return 111;
  } else if constexpr (missing_capability<Backend, Scalar>() != capability::none) {
    return 201;
  } else if constexpr (!is_recorded<Encoder, environment<Backend, Scalar>>) {
    return 111;
  } else if constexpr (constexpr verdict v = checked<Encoder>(input); !v.ok()) {
    return v.valid ? 102 : 101;
  } else if constexpr (forward_plan_of<Encoder, input, frozen_environment<Backend, Scalar>>.overflow) {
    return 120;
  } else if constexpr (forward_plan_of<Encoder, input, frozen_environment<Backend, Scalar>>.mask_misfits) {
    return 106;
  } else {
    return 0;
  }
}

}  // namespace facts

template <class Run>
inline constexpr int failure_of = facts::failure<Run>();

}  // namespace ssl
