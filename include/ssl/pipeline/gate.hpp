// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/chain.hpp"
#include "ssl/pipeline/facts.hpp"

/// \file
/// The sentences. A wrong composition prints exactly one of them, one level under the user's own line.
namespace ssl {

/// Positions of a refusing layer, from the outside in; -1 ends the path.
struct layer_path {
  int at[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
};

/// Printed by the compiler with the network, the positions of the layer inside it, and the input that it was given.
template <class Network, layer_path Path, shape Input, bool Valid>
struct layer_rejects_input {
  static_assert(Valid,
                "ssl[E101]: a layer's configuration makes no sense (a size of zero, say); the template arguments above name the "
                "network, the "
                "layer's positions in it and its input; correct that layer (docs/errors.md#e101)");
  static_assert(!Valid,
                "ssl[E102]: a layer cannot take the shape it is given; the template arguments above name the network, the "
                "layer's positions in "
                "it and the input shape {n, h, w, c}; change the image size or the layers before it (docs/errors.md#e102)");
};

/// Stands for two wires stacked along the batch, in place of a network.
struct stack_of_two_wires {};

/// Printed with the backend, the scalar and what is missing.
template <class Backend, class Scalar, capability Missing>
struct backend_lacks {
  static_assert(Missing != capability::context,
                "ssl[E201]: the backend has no type `context`, which every call is given; add it "
                "(docs/errors.md#e201)");
  static_assert(Missing != capability::map2d,
                "ssl[E201]: the backend lacks map2d(context&, index rows, index cols, cell); add it, as "
                "backends/capabilities.hpp says (docs/errors.md#e201)");
  static_assert(Missing != capability::sum_rows,
                "ssl[E201]: the backend lacks sum_rows(context&, index rows, index cols, cell, out); add it, as "
                "backends/capabilities.hpp says (docs/errors.md#e201)");
  static_assert(Missing != capability::sum_cols,
                "ssl[E201]: the backend lacks sum_cols(context&, index rows, index cols, cell, out); add it, as "
                "backends/capabilities.hpp says (docs/errors.md#e201)");
  static_assert(Missing != capability::gemm,
                "ssl[E201]: the backend lacks gemm(context&, product<T> const&) for the run's scalar T; add it, as "
                "backends/capabilities.hpp says (docs/errors.md#e201)");
  static_assert(Missing != capability::memory,
                "ssl[E201]: the backend lacks memory: allocate, release, copy_in, copy_out; add them, or derive from "
                "host_memory where its arrays lie on the host (docs/errors.md#e201)");
};

/// Printed with the run, or the frozen encoder, that does not compose.
template <class Composition, int code>
struct does_not_compose {
  static_assert(code != 100,
                "ssl[E100]: a run needs a positive image size {.h, .w, .c} and a positive batch, of a size that memory can hold; "
                "set them in the "
                "run (docs/errors.md#e100)");
  static_assert(code != 106,
                "ssl[E106]: a layer chooses tokens by a mask, and its network is given none, or one of another size; give apply() "
                "the mask wire of an augmentation with as many patches (docs/errors.md#e106)");
  static_assert(code != 110,
                "ssl[E110]: a run must name encoder, augmentation, objective, optimizer, backend, a constant image and batch "
                "(and scalar, which "
                "run_defaults gives); add what is missing (docs/errors.md#e110)");
  static_assert(code != 111,
                "ssl[E111]: the encoder is not a layer (operations, check, output, record, all constexpr); use one of "
                "ssl::encoders or a sequential of layers "
                "(docs/errors.md#e111)");
  static_assert(code != 112,
                "ssl[E112]: the augmentation does not have options, apply and a constexpr layout of possible sizes; use one of "
                "ssl::augmentations or follow "
                "augmentations/concepts.hpp (docs/errors.md#e112)");
  static_assert(code != 113,
                "ssl[E113]: the objective does not have options, a constexpr graph, and lists of named networks, losses, states "
                "and rules; derive it "
                "from ssl::objective_defaults and give it a graph (docs/errors.md#e113)");
  static_assert(code != 120,
                "ssl[E120]: the step has more operations, tensors or blocks than the planner holds; write repeated blocks with "
                "ssl::layers::repeat, which is planned once (docs/errors.md#e120)");
  static_assert(
      code != 132,
      "ssl[E132]: the augmentation cannot make its views of the run's image: quarter turns need a square, patches and tiles "
      "room for their grid, masks a whole number of patches, Lab three channels; change the image or the augmentation "
      "(docs/errors.md#e132)");
  static_assert(code != 135,
                "ssl[E135]: the objective cannot use what this encoder sees or makes at the run's image: it needs a map of a certain "
                "size, say, or an encoder that does not see what it has to predict; change the encoder, the image or the "
                "objective's configuration (docs/errors.md#e135)");
  static_assert(code != 137,
                "ssl[E137]: the objective shows the encoder only some patches, and this encoder has no tokens of which it could see "
                "some; use a vision transformer (docs/errors.md#e137)");
  static_assert(code != 139,
                "ssl[E139]: the graph gives a network a mask that none of its layers reads, so nothing is masked; use an encoder "
                "that has a mask token, or that sees some patches only (docs/errors.md#e139)");
  static_assert(code != 301,
                "ssl[E301]: the graph applies, averages or updates a network that the objective does not define; add it to "
                "`networks` or correct its name "
                "(docs/errors.md#e301)");
  static_assert(
      code != 302,
      "ssl[E302]: the graph has no loss, or names a loss that the objective does not define; add it to `losses` or correct its "
      "name (docs/errors.md#e302)");
  static_assert(
      code != 303,
      "ssl[E303]: the graph names a state or a rule that the objective does not define; add it to `states` or `rules` or correct "
      "its name (docs/errors.md#e303)");
  static_assert(code != 304,
                "ssl[E304]: the graph reads views, labels or a mask that the augmentation does not make; use an augmentation "
                "that makes them "
                "(docs/errors.md#e304)");
  static_assert(code != 305,
                "ssl[E305]: the objective cannot work with the views of this augmentation (their number or size); use a preset "
                "made for the "
                "objective (docs/errors.md#e305)");
  static_assert(
      code != 306,
      "ssl[E306]: a loss cannot take the shapes or the number of its inputs; correct the heads of the objective or the graph "
      "(docs/errors.md#e306)");
  static_assert(code != 307,
                "ssl[E307]: the graph uses a moving average, and the objective does not say its momentum; add static double "
                "average_momentum(options const&, index step) (docs/errors.md#e307)");
  static_assert(code != 308,
                "ssl[E308]: a network is applied at two shapes and asks for different parameters; use layers whose parameters do "
                "not depend "
                "on the image size (docs/errors.md#e308)");
  static_assert(
      code != 309,
      "ssl[E309]: the graph has more nodes, inputs or phases than it can hold, or an input that no earlier node gives; split the "
      "objective, and use only wires that the builder returned (docs/errors.md#e309)");
  static_assert(code != 320,
                "ssl[E320]: the objective exports the moving average of the encoder, and its graph has none; use "
                "average_of(\"encoder\") in the graph, or leave exports_average at false (docs/errors.md#e320)");
  static_assert(
      code != 321,
      "ssl[E321]: the run's chunks show the encoder a part of the batch at a time, and a layer of it needs the whole (batch statistics over "
      "all samples, say); use an encoder without batch statistics, or chunks = 1 (docs/errors.md#e321)");
  static_assert(code != 322,
                "ssl[E322]: the encoder's batch cannot be seen in the run's chunks: every group of views must divide into them, the encoder "
                "must give a row for every view, and the step must have one phase; change `chunks` or the batch (docs/errors.md#e322)");
  static_assert(code != 401,
                "ssl[E401]: the optimizer does not have options, slots and an update; use one of ssl::optimizers or follow "
                "optimizers/optimizer.hpp (docs/errors.md#e401)");
};

namespace detail {

struct composes {};

template <class Network, class Verdict>
consteval auto rejection(Verdict) {
  constexpr verdict v = Verdict::value;
  return std::type_identity<layer_rejects_input<
      Network, layer_path{{v.path[0], v.path[1], v.path[2], v.path[3], v.path[4], v.path[5], v.path[6], v.path[7]}}, v.in,
      v.valid>>{};
}

template <class Run>
struct rejecting_node {
  static constexpr auto const& trace = trace_of<Run>;
  static constexpr verdict value = trace.why;
  static constexpr bool stacks = Run::objective::graph.node[trace.rejecting].kind == node_kind::stack;
  static consteval auto network() {
    if constexpr (stacks)
      return std::type_identity<stack_of_two_wires>{};
    else
      return std::type_identity<typename node_layer<Run, trace.rejecting>::type>{};
  }
};

/// Chooses the sentence without making the compiler look into it.
template <class Run>
consteval auto select_sentence() {
  constexpr int code = failure_of<Run>;
  if constexpr (code == 0)
    return std::type_identity<composes>{};
  else if constexpr (code == 101 || code == 102)
    return rejection<typename decltype(rejecting_node<Run>::network())::type>(rejecting_node<Run>{});
  else if constexpr (code == 201)
    return std::type_identity<backend_lacks<typename Run::backend, typename Run::scalar,
                                            facts::missing_capability<typename Run::backend, typename Run::scalar>()>>{};
  else if constexpr (code == 130)
    return std::type_identity<augmentations::stage_order<false>>{};
  else
    return std::type_identity<does_not_compose<Run, code>>{};
}

template <class Encoder, shape Input>
struct rejecting_encoder {
  static constexpr verdict value = checked<Encoder>(Input);
};

template <class Encoder, shape Image, class Backend, int Batch, class Scalar>
consteval auto select_frozen_sentence() {
  constexpr int code = facts::frozen_failure<Encoder, Image, Backend, Batch, Scalar>();
  if constexpr (code == 101 || code == 102)
    return rejection<Encoder>(rejecting_encoder<Encoder, Image.with_batch(Batch)>{});
  else if constexpr (code == 201)
    return std::type_identity<backend_lacks<Backend, Scalar, facts::missing_capability<Backend, Scalar>()>>{};
  else
    return std::type_identity<does_not_compose<Encoder, code>>{};
}

}  // namespace detail

/// The sentence about a run: a type that cannot be instantiated, or an empty one where the run composes. Everything made of one
/// run uses the same type, so that the compiler prints the sentence once.
template <class Run>
using sentence_about = typename decltype(detail::select_sentence<Run>())::type;

/// The sentence about an encoder by itself.
template <class Encoder, shape Image, class Backend, int Batch, class Scalar>
using sentence_about_frozen = typename decltype(detail::select_frozen_sentence<Encoder, Image, Backend, Batch, Scalar>())::type;

}  // namespace ssl
