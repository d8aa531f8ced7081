// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include "ssl/core/macros.hpp"
#include "ssl/core/plan.hpp"

/// \file
/// What a layer is. A layer is an empty type that answers questions about shapes and is bound late:
///
///   static constexpr bool valid                      its own configuration makes sense
///   static constexpr bool accepts(shape in)          it can take this input
///   static constexpr shape output(shape in)
///   template <class Env> static constexpr requirements require(shape in)
///   template <shape In, class Env> struct bind {
///     static void forward(context&, frame<T> const&, op_record const*);
///     static void backward(context&, frame<T> const&, op_record const*);
///   };
///
/// forward reads x and writes y. backward reads gy, WRITES gx (unless gx does not exist) and ACCUMULATES into the gradients of
/// its parameters (unless Env::how.updates_weights is false). Contract functions are constexpr and total: they never fail to
/// compile, so that a wrong composition is reported by the gate in one sentence. A primitive derives from `primitive<Self>`.
namespace ssl {

/// What a network says about an input: accepted, or which layer refuses it.
struct verdict {
  bool valid = true;     ///< false: a layer's own configuration is wrong
  bool accepted = true;  ///< false: a layer refuses its input
  shape in{};            ///< the input that is refused
  int depth = 0;
  int path[8] = {-1, -1, -1, -1, -1, -1, -1, -1};  ///< positions, from the outside in

  constexpr bool ok() const { return valid && accepted; }
  /// The same verdict seen from a composite that holds the layer at `position`.
  constexpr verdict inside(int position) const {
    verdict v = *this;
    if (v.depth < 8) {
      for (int i = v.depth; i > 0; --i) v.path[i] = v.path[i - 1];
      v.path[0] = position, ++v.depth;
    }
    return v;
  }
  friend constexpr bool operator==(verdict const&, verdict const&) = default;
};

/// Base of a layer that is one operation.
template <class Self>
struct primitive {
  static constexpr int operations = 1;
  static constexpr bool is_primitive = true;
  static constexpr bool valid = true;
  static constexpr bool accepts(shape) { return true; }

  static constexpr verdict check(shape in) {
    if (!Self::valid) return {.valid = false, .in = in};
    return {.accepted = in.positive() && Self::accepts(in) && Self::output(in).positive(), .in = in};
  }
  template <class Env>
  static constexpr value record(recorder& r, value in) {
    return r.apply(Self::template require<Env>(in.extents), in);
  }
};

/// Form only: enough to be asked questions. Whether a composition works is decided by facts, not by concepts.
template <class L>
concept layer = requires(shape in) {
  { L::check(in) } -> std::same_as<verdict>;
  { L::output(in) } -> std::same_as<shape>;
  { L::operations } -> std::convertible_to<int>;
};

/// What a network says about an input. One that makes nothing of it refuses it.
template <class L>
constexpr verdict checked(shape in) {
  verdict v = L::check(in);
  if (v.ok() && !L::output(in).positive()) v = {.accepted = false, .in = in};
  return v;
}

template <class L>
concept primitive_layer = layer<L> && requires { requires L::is_primitive; };

namespace detail {
/// One operation in one direction, never part of its caller: whoever runs it, it is compiled once, and to the same bits.
template <class L, shape In, class Env>
PRETEXT_NOINLINE void primitive_forward(typename Env::context& context, frame<typename Env::scalar> const& f, op_record const* op) {
  L::template bind<In, Env>::forward(context, f, op);
}
template <class L, shape In, class Env>
PRETEXT_NOINLINE void primitive_backward(typename Env::context& context, frame<typename Env::scalar> const& f, op_record const* op) {
  L::template bind<In, Env>::backward(context, f, op);
}
}  // namespace detail

/// Runs a layer. Primitives are bound without observation; the observer sees each output.
template <class L, shape In, class Env>
void forward(typename Env::context& context, frame<typename Env::scalar> const& f, op_record const* op) {
  if constexpr (primitive_layer<L>) {
    detail::primitive_forward<L, In, typename Env::plain>(context, f, op);
    if constexpr (Env::how.observed) f.show(op, L::output(In));
  } else {
    L::template bind<In, Env>::forward(context, f, op);
  }
}

template <class L, shape In, class Env>
void backward(typename Env::context& context, frame<typename Env::scalar> const& f, op_record const* op) {
  if constexpr (primitive_layer<L>)
    detail::primitive_backward<L, In, Env>(context, f, op);
  else
    L::template bind<In, Env>::backward(context, f, op);
}

}  // namespace ssl
