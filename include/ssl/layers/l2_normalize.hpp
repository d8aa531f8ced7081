// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/l2_normalize.hpp"

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

    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T* norm = f.at(op->saved.exists() ? op->saved : op->workspace_forward);
      ops::normalise_rows<backend>(c, rows, cols, f.at(op->x), norm, f.at(op->y));
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (!op->gx.exists()) return;
      ops::normalise_rows_gradient<backend, T>(c, rows, cols, f.at(op->gy), f.at(op->y), f.at(op->saved), f.at(op->workspace_backward),
                                               f.at(op->gx));
    }
  };
};

}  // namespace ssl::layers
