// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/products.hpp"

namespace ssl::layers {

struct layer_scale_config {
  int initial_millionths = 10;  ///< 1e-5
};

/// A learned factor for every channel.
///
/// Formula   y = gamma x
/// Shapes    x, y: (N, H, W, C); gamma: (C)
/// Gradient  writes gx; accumulates gamma
/// Cost      one pass forward, two backward; backward reads x again
/// Source    Touvron et al. 2021, arXiv:2103.17239, section 2.1; timm's LayerScale: name and initialisation. Deviation: none
template <layer_scale_config Config = layer_scale_config{}>
struct layer_scale : primitive<layer_scale<Config>> {
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    requirements r{.output = in, .reads_input = true, .in_place = true, .parameters = 1};
    r.parameter[0] = {.label = "gamma", .extents = {in.c, 1, 1, 1}, .initial = {.millionths = Config.initial_millionths},
                      .kind = parameter_kind::norm_scale};
    return r;
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = In.rows(), cols = In.c;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, rows, cols, ops::scale_columns_cell<T>{f.at(op->x), f.parameter(op, 0), f.at(op->y), cols});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      if constexpr (Env::how.updates_weights)
        backend::sum_cols(c, rows, cols, ops::product_of<T>{gy, f.at(op->x), cols}, ops::store_added<T>{f.gradient(op, 0)});
      if (op->gx.exists()) backend::map2d(c, rows, cols, ops::scale_columns_cell<T>{gy, f.parameter(op, 0), f.at(op->gx), cols});
    }
  };
};

}  // namespace ssl::layers
