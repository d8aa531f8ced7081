// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/fixed_string.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/rearrange.hpp"

namespace ssl::layers {

/// Learned tokens among those of every image: behind the first `Behind` of them.
///
/// Shapes    x: (N, H, W, C) -> y: (N, 1, Count + H W, C); parameter `Name`: (1, Count, C)
/// Gradient  writes gx; accumulates the tokens
/// Errors    E101 a count that is not positive; E102 fewer than `Behind` tokens
/// Cost      one copy each way
/// Source    timm's VisionTransformer: names and initialisation, N(0, 1e-6^2). Deviation: none
template <fixed_string Name, int Count = 1, int Behind = 0>
struct inserted_tokens : primitive<inserted_tokens<Name, Count, Behind>> {
  static constexpr bool valid = Count > 0 && Behind >= 0;
  static constexpr bool accepts(shape in) { return in.tokens() >= Behind; }
  static constexpr fixed_string parameter_name = Name;
  static constexpr shape output(shape in) { return {in.n, 1, Count + static_cast<int>(in.tokens()), in.c}; }

  template <class Env>
  static constexpr requirements require(shape in) {
    requirements r{.output = output(in), .parameters = 1};
    r.parameter[0] = {.label = parameter_name.text, .rank = 3, .extents = {1, Count, in.c, 1},
                      .initial = {.rule = initializer_rule::normal, .millionths = 1}, .kind = parameter_kind::token};
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index own = index{Count} * In.c, x_row = In.tokens() * In.c, y_row = own + x_row;
    static constexpr index front = index{Behind} * In.c, rest = x_row - front;

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      T const* x = f.at(op->x);
      T* y = f.at(op->y);
      if constexpr (front > 0) backend::map2d(c, In.n, front, ops::copy_strided_cell<T>{x, x_row, y, y_row});
      backend::map2d(c, In.n, own, ops::copy_strided_cell<T>{f.parameter(op, 0), 0, y + front, y_row});
      if constexpr (rest > 0) backend::map2d(c, In.n, rest, ops::copy_strided_cell<T>{x + front, x_row, y + front + own, y_row});
    }
    static void backward(context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      if constexpr (Env::how.updates_weights)
        backend::sum_cols(c, In.n, own, ops::value_at<T>{gy + front, y_row}, ops::store_added<T>{f.gradient(op, 0)});
      if (!op->gx.exists()) return;
      T* gx = f.at(op->gx);
      if constexpr (front > 0) backend::map2d(c, In.n, front, ops::copy_strided_cell<T>{gy, y_row, gx, x_row});
      if constexpr (rest > 0) backend::map2d(c, In.n, rest, ops::copy_strided_cell<T>{gy + front + own, y_row, gx + front, x_row});
    }
  };
};

/// The class token of a vision transformer.
struct class_token : inserted_tokens<"cls_token"> {};

/// Register tokens, which come before the patches and behind the class token where that is there already.
///
/// Source  Darcet et al. 2023, arXiv:2309.16588; timm: name. DINOv2 calls them register_tokens
template <int Count, int Behind = 0>
struct register_tokens : inserted_tokens<"reg_token", Count, Behind> {};

}  // namespace ssl::layers
