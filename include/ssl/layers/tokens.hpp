// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/fixed_string.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/rearrange.hpp"

namespace ssl::layers {

/// Learned tokens before those of every image.
///
/// Shapes    x: (N, H, W, C) -> y: (N, 1, Count + H W, C); parameter `Name`: (1, Count, C)
/// Gradient  writes gx; accumulates the tokens
/// Errors    E101 a count that is not positive
/// Cost      one copy each way
/// Source    timm's VisionTransformer: names and initialisation, N(0, 1e-6^2). Deviation: none
template <fixed_string Name, int Count = 1>
struct prepended_tokens : primitive<prepended_tokens<Name, Count>> {
  static constexpr bool valid = Count > 0;
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
    static constexpr index own = index{Count} * In.c, rest = In.tokens() * In.c, all = own + rest;

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, In.n, own, ops::copy_strided_cell<T>{f.parameter(op, 0), 0, f.at(op->y), all});
      backend::map2d(c, In.n, rest, ops::copy_strided_cell<T>{f.at(op->x), rest, f.at(op->y) + own, all});
    }
    static void backward(context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      if constexpr (Env::how.updates_weights)
        backend::sum_cols(c, In.n, own, ops::value_at<T>{gy, all}, ops::store_added<T>{f.gradient(op, 0)});
      if (op->gx.exists()) backend::map2d(c, In.n, rest, ops::copy_strided_cell<T>{gy + own, all, f.at(op->gx), rest});
    }
  };
};

/// The class token of a vision transformer.
struct class_token : prepended_tokens<"cls_token"> {};

/// Register tokens, between the class token and the patches. Source  Darcet et al. 2023, arXiv:2309.16588
template <int Count>
struct register_tokens : prepended_tokens<"reg_token", Count> {};

}  // namespace ssl::layers
