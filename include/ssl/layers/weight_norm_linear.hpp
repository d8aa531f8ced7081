// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/ops/l2_normalize.hpp"
#include "ssl/ops/products.hpp"
#include "ssl/ops/weight_norm.hpp"

namespace ssl::layers {

/// The lengths of the rows of a normed weight.
enum class gain {
  learned,  ///< parameters, 1 at the beginning
  one       ///< 1 for ever: y is a cosine where x has unit length
};

struct weight_norm_linear_config {
  int out = 0;
  layers::gain gain = layers::gain::learned;
};

/// Linear layer without bias whose weight is given as directions and lengths.
///
/// Formula   y = x W^T, W_k = g_k v_k / |v_k|
/// Shapes    x: (N, H, W, I) -> y: (N, H, W, O); weight_v: (O, I); weight_g: (O, 1), absent where it is 1 for ever
/// Requires  no v_k is zero
/// Gradient  writes gx; accumulates weight_v and weight_g
/// Errors    E101 where `out` is not positive
/// Cost      one product forward, two backward; workspace O I; backward reads x again
/// Source    torch.nn.utils.weight_norm(torch.nn.Linear(bias=False)): names and layout; Salimans and Kingma 2016, arXiv:1602.07868.
///           Deviation: g begins at 1, as in DINO's head, where PyTorch takes the length of the first v
template <weight_norm_linear_config Config>
struct weight_norm_linear : primitive<weight_norm_linear<Config>> {
  static constexpr bool valid = Config.out > 0;
  static constexpr bool has_gain = Config.gain == gain::learned;
  static constexpr shape output(shape in) { return in.with_channels(Config.out); }

  template <class Env>
  static constexpr requirements require(shape in) {
    index const weight = index{Config.out} * in.c;
    requirements r{.output = output(in), .saved = Config.out, .workspace_forward = weight + Config.out,
                   .workspace_backward = weight + Config.out, .reads_input = true, .parameters = has_gain ? 2 : 1};
    r.parameter[0] = {.label = "weight_v", .rank = 2, .extents = {Config.out, in.c, 1, 1},
                      .initial = {.rule = initializer_rule::uniform_inverse_root, .fan = in.c}};
    r.parameter[1] = {.label = "weight_g", .rank = 2, .extents = {Config.out, 1, 1, 1}, .initial = {.millionths = 1'000'000}};
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index in = In.c, out = Config.out;
    static constexpr detail::linear_products<Env> products{.rows = In.rows(), .in = in, .out = out};

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      T const* v = f.parameter(op, 0);
      T* weight = f.at(op->workspace_forward);
      T* norm = op->saved.exists() ? f.at(op->saved) : weight + out * in;
      backend::sum_rows(c, out, in, ops::product_of<T>{v, v, in}, ops::store_root<T>{norm});
      backend::map2d(c, out, in, ops::normed_weight_cell<T>{v, norm, gain_of(f, op), weight, in});
      products.output(c, f.at(op->x), weight, f.at(op->y), T(0));
    }

    static void backward(context& c, frame<T> const& f, op_record const* op) {
      T const *gy = f.at(op->gy), *v = f.parameter(op, 0), *norm = f.at(op->saved), *gain = gain_of(f, op);
      T* weight = f.at(op->workspace_backward);
      if (op->gx.exists()) {
        backend::map2d(c, out, in, ops::normed_weight_cell<T>{v, norm, gain, weight, in});
        products.input_gradient(c, gy, weight, f.at(op->gx));
      }
      if constexpr (Env::how.updates_weights) {
        T *gweight = weight, *along = weight + out * in;  // the weight itself is not needed any more
        products.weight_gradient(c, gy, f.at(op->x), gweight, T(0));
        backend::sum_rows(c, out, in, ops::product_of<T>{gweight, v, in},
                          ops::store_gain_gradient<T>{norm, along, has_gain ? f.gradient(op, 1) : nullptr});
        backend::map2d(c, out, in, ops::direction_gradient_cell<T>{gweight, v, norm, gain, along, f.gradient(op, 0), in});
      }
    }

   private:
    static T const* gain_of(frame<T> const& f, op_record const* op) { return has_gain ? f.parameter(op, 1) : nullptr; }
  };
};

}  // namespace ssl::layers
