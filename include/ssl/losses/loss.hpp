// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>

#include "ssl/core/frame.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// What a loss is: pure mathematics on embeddings, pixels or logits, apart from any objective.
///
///   struct options                                             numbers, already evaluated at the step
///   static constexpr int inputs                                how many wires it takes
///   static constexpr bool accepts(shape const* in)             the shapes of its inputs
///   template <class Env, shape... In> struct bind {
///     static constexpr index workspace;                        elements of the scalar type
///     static void run(context&, options const&, loss_arguments<T, inputs> const&);
///   };
///
/// `run` writes the loss (one number, not multiplied by the weight) and WRITES weight * gradient to every gx that exists.
/// Integer inputs (labels, masks) and states have no gradient.
namespace ssl {

template <class T, int Inputs>
struct loss_arguments {
  T const* x[Inputs] = {};                      ///< null where the input is integer
  T* gx[Inputs] = {};                           ///< null where nobody wants the gradient
  std::int32_t const* integers[Inputs] = {};    ///< null where the input is floating
  T* loss = nullptr;
  T* workspace = nullptr;
  T weight = T(1);
};

/// Form only, as for layers.
template <class L>
concept loss = requires(shape const* in) {
  typename L::options;
  { L::inputs } -> std::convertible_to<int>;
  { L::accepts(in) } -> std::same_as<bool>;
};

namespace losses {

/// What the weights of single rows or places multiply. The gradient is the same; the value is not.
enum class weighting {
  gradient,  ///< the gradient only, and the value is the plain one: the published codes of colorization and inpainting
  loss       ///< the value too: it is what the gradient belongs to
};

/// Embeddings of both views of at least two images: all of view 1, then all of view 2, one vector a row.
constexpr bool stacks_two_views(shape in) { return in.n >= 4 && in.n % 2 == 0 && in.tokens() == 1 && in.c > 0; }

/// Calls one loss alone, outside any pipeline: allocates the workspace, runs, fetches the value.
///
/// Shapes    x[i], gx[i] as `In...` says; gx[i] may be null. All pointers are in the backend's memory
/// Returns   the loss
/// Example   examples/04_loss_alone.cpp
template <class Loss, class Backend, shape... In, class T>
T call(typename Backend::context& context, typename Loss::options const& options, loss_arguments<T, Loss::inputs> arguments) {
  using bound = typename Loss::template bind<environment<Backend, T>, In...>;
  index const bytes = (bound::workspace + block_elements) * static_cast<index>(sizeof(T));
  T* memory = static_cast<T*>(Backend::allocate(context, bytes));
  arguments.loss = memory;
  arguments.workspace = memory + block_elements;
  bound::run(context, options, arguments);
  T value;
  Backend::copy_out(context, &value, arguments.loss, sizeof(T));
  Backend::release(context, memory);
  return value;
}

}  // namespace losses
}  // namespace ssl
