// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/softmax.hpp"

namespace ssl::layers {

/// Probabilities over the channels of every row.
///
/// Formula   y_c = exp(x_c) / sum over d of exp(x_d)
/// Shapes    x, y: (N, H, W, C)
/// Gradient  writes gx = y (gy - y . gy)
/// Cost      four passes forward and two backward without a tuned form; works in place, backward reads y
/// Source    torch.nn.Softmax(dim = channels). Deviation: none
struct softmax : primitive<softmax> {
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    index const rows = in.rows();
    return requirements{.output = in, .workspace_forward = rows, .workspace_backward = rows, .reads_output = true, .in_place = true};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      ops::softmax_rows<backend, T>(c, In.rows(), In.c, f.at(op->x), f.at(op->y), f.at(op->workspace_forward));
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        ops::softmax_rows_gradient<backend, T>(c, In.rows(), In.c, f.at(op->gy), f.at(op->y), f.at(op->gx), f.at(op->workspace_backward));
    }
  };
};

}  // namespace ssl::layers
