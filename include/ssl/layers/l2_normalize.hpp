// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/l2_normalize.hpp"
#include "ssl/ops/products.hpp"

namespace ssl::layers {

/// Every row divided by its length.
///
/// Formula   y = x / max(|x|, 1e-12)
/// Shapes    x, y: (N, H, W, C); a row is one place of one image
/// Gradient  writes gx
/// Cost      two passes each way; works in place, backward reads y and one number per row
/// Source    torch.nn.functional.normalize(dim = channels). Deviation: none
struct l2_normalize : primitive<l2_normalize> {
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    index const rows = in.rows();
    return requirements{.output = in, .saved = rows, .workspace_forward = rows, .workspace_backward = rows, .reads_output = true,
                        .in_place = true};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = In.rows(), cols = In.c;
    static constexpr T smallest = T(1e-12);

    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T* norm = f.at(op->saved.exists() ? op->saved : op->workspace_forward);
      backend::sum_rows(c, rows, cols, ops::product_of<T>{f.at(op->x), f.at(op->x), cols}, ops::store_root<T>{norm});
      backend::map2d(c, rows, cols, ops::unit_row_cell<T>{f.at(op->x), norm, f.at(op->y), cols, smallest});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (!op->gx.exists()) return;
      T const *gy = f.at(op->gy), *y = f.at(op->y);
      T* dot = f.at(op->workspace_backward);
      backend::sum_rows(c, rows, cols, ops::product_of<T>{gy, y, cols}, ops::store<T>{dot});
      backend::map2d(c, rows, cols, ops::unit_row_gradient_cell<T>{gy, y, f.at(op->saved), dot, f.at(op->gx), cols, smallest});
    }
  };
};

}  // namespace ssl::layers
