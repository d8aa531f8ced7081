// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/pipeline/facts.hpp"

/// \file
/// The sentences. A wrong composition prints exactly one of them, one level under the user's own line.
namespace ssl {

/// Positions of a refusing layer, from the outside in; -1 ends the path.
struct layer_path {
  int at[8] = {};
};

/// Printed by the compiler with the network, the positions of the layer inside it, and the input that it was given.
template <class Network, layer_path Path, shape Input, bool Valid>
struct layer_rejects_input {
  static_assert(Valid, "ssl[E101]: a layer's configuration makes no sense (a size of zero, say); the template arguments above name the network, the "
                       "layer's positions in it and its input; correct that layer (docs/errors.md#e101)");
  static_assert(!Valid, "ssl[E102]: a layer cannot take the shape it is given; the template arguments above name the network, the layer's positions in "
                        "it and the input shape {n, h, w, c}; change the image size or the layers before it (docs/errors.md#e102)");
};

/// Makes the compiler print the layer of a network that refuses an input; nothing where none does.
template <class Network, verdict Why, bool Explain>
struct explain_rejection {};
template <class Network, verdict Why>
struct explain_rejection<Network, Why, true> {
  static constexpr layer_path path{{Why.path[0], Why.path[1], Why.path[2], Why.path[3], Why.path[4], Why.path[5], Why.path[6], Why.path[7]}};
  static constexpr auto size = sizeof(layer_rejects_input<Network, path, Why.in, Why.valid>);
};

template <class Run, bool Explain>
struct explain_layer {};
template <class Run>
struct explain_layer<Run, true> : explain_rejection<typename node_layer<Run, trace_of<Run>.rejecting>::type, trace_of<Run>.why, true> {};

/// The user's backend with its missing capability spelled out by the compiler.
template <class Backend, class Scalar, bool Ask>
constexpr bool backend_complete = true;
template <class Backend, class Scalar>
constexpr bool backend_complete<Backend, Scalar, true> = backend<Backend, Scalar>;

template <class Run>
struct gate {
  static constexpr int code = failure_of<Run>;
  static_assert(code != 100, "ssl[E100]: a run needs a positive image size {.h, .w, .c} and a positive batch; set them in the run (docs/errors.md#e100)");
  static_assert(code != 110, "ssl[E110]: a run must name encoder, augmentation, objective, optimizer, backend, image and batch (and scalar, which "
                             "run_defaults gives); add what is missing (docs/errors.md#e110)");
  static_assert(code != 111, "ssl[E111]: the encoder is not a layer (operations, output, check); use one of ssl::encoders or a sequential of layers "
                             "(docs/errors.md#e111)");
  static_assert(code != 112, "ssl[E112]: the augmentation does not have options, layout and apply; use one of ssl::augmentations or follow "
                             "augmentations/concepts.hpp (docs/errors.md#e112)");
  static_assert(code != 113, "ssl[E113]: the objective does not have options, networks, losses, states, rules and a graph; derive it from "
                             "ssl::objective_defaults and give it a graph (docs/errors.md#e113)");
  static_assert(code != 120, "ssl[E120]: the step has more operations, tensors or blocks than the planner holds; write repeated blocks with "
                             "ssl::layers::repeat, which is planned once (docs/errors.md#e120)");
  static_assert(code != 301, "ssl[E301]: the graph applies a network that the objective does not define; add it to `networks` or correct its name "
                             "(docs/errors.md#e301)");
  static_assert(code != 302, "ssl[E302]: the graph has no loss, or names a loss that the objective does not define; add it to `losses` or correct its "
                             "name (docs/errors.md#e302)");
  static_assert(code != 303, "ssl[E303]: the graph names a state or a rule that the objective does not define; add it to `states` or `rules` or correct "
                             "its name (docs/errors.md#e303)");
  static_assert(code != 304, "ssl[E304]: the graph reads views, labels or a mask that the augmentation does not make; use an augmentation that makes them "
                             "(docs/errors.md#e304)");
  static_assert(code != 305, "ssl[E305]: the objective cannot work with the views of this augmentation (their number or size); use a preset made for the "
                             "objective (docs/errors.md#e305)");
  static_assert(code != 306, "ssl[E306]: a loss cannot take the shapes or the number of its inputs; correct the heads of the objective or the graph "
                             "(docs/errors.md#e306)");
  static_assert(code != 307, "ssl[E307]: the graph uses a moving average, and the objective does not say its momentum; add static double "
                             "average_momentum(options const&, index step) (docs/errors.md#e307)");
  static_assert(code != 308, "ssl[E308]: a network is applied at two shapes and asks for different parameters; use layers whose parameters do not depend "
                             "on the image size (docs/errors.md#e308)");
  static_assert(code != 309, "ssl[E309]: the graph has more nodes, inputs or phases than it can hold; split the objective (docs/errors.md#e309)");
  static_assert(code != 401, "ssl[E401]: the optimizer does not have options, slots and an update; use one of ssl::optimizers or follow "
                             "optimizers/optimizer.hpp (docs/errors.md#e401)");
};

}  // namespace ssl
