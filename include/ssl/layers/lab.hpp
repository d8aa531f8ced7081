// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/lab.hpp"

namespace ssl::layers {

/// Red, green, blue become L, a, b of CIE Lab: the same numbers as by augmentations::to_lab, but inside a network, so that whoever
/// uses the network later gives it pictures like any other.
///
/// Formula   y = ((L - 50) / 100, a / 110, b / 110)
/// Shapes    x: (N, H, W, 3) -> y: (N, H, W, 3)
/// Units     x: sRGB in [0, 1], not normalised
/// Gradient  writes gx
/// Errors    E102 other than three channels
/// Cost      six powers a pixel; backward reads x again
/// Source    ops/lab.hpp; Zhang et al. 2016, arXiv:1603.08511: L - 50 and a, b as they are; the scales are those of the authors' later
///           code
struct lab : primitive<lab> {
  static constexpr bool accepts(shape in) { return in.c == 3; }
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = in, .reads_input = true};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, In.rows(), 1, ops::lab_cell<T>{f.at(op->x), f.at(op->y)});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists()) backend::map2d(c, In.rows(), 1, ops::lab_gradient_cell<T>{f.at(op->x), f.at(op->gy), f.at(op->gx)});
    }
  };
};

}  // namespace ssl::layers
