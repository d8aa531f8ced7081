// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses {

struct weighted_square_error_config {
  losses::weighting weighting = losses::weighting::gradient;
};

/// Mean of the squared differences, in which places that a mask left visible weigh otherwise than those that it hid.
///
/// Formula      L = mean over all elements of w (x - y)^2;  w = visible_weight where the mask is 0, else 1. With weighting::gradient the
///              value is that of w = 1
/// Shapes       x, y: (N, H, W, C); mask: (N, H, W, 1) integers
/// Gradient     writes gx = 2 w (x - y) / elements and gy = -gx, each where it exists
/// Errors       compile time: E306 (shapes that do not fit); run time: none
/// Cost         one pass forward, one for each gradient; workspace one number a row
/// Source       context encoder, Pathak et al. 2016, arXiv:1604.07379; pathak22/context-encoder: train.lua, with overlapPred. Deviation:
///              none
template <weighted_square_error_config Config = weighted_square_error_config{}>
struct weighted_square_error {
  struct options {
    double visible_weight = 10;
  };
  static constexpr int inputs = 3;
  static constexpr int mask_input = 2;
  static constexpr bool accepts(shape const* in) { return in[0].positive() && in[0] == in[1] && in[2] == in[0].with_channels(1); }

  template <class Env, shape X, shape Y, shape Mask>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = X.rows(), cols = X.c;
    static constexpr index workspace = rows;

    static void run(typename Env::context& c, options const& o, loss_arguments<T, 3> const& a) {
      T const share = T(1) / T(X.elements()), slope = 2 * a.weight * share;
      ops::place_weight<T> const weight{a.integers[2], static_cast<T>(o.visible_weight)};
      ops::squared_difference<T> const square{a.x[0], a.x[1], cols};
      if constexpr (Config.weighting == weighting::loss)
        backend::sum_rows(c, rows, cols, ops::weighted_squared_difference<T>{square, weight}, ops::store<T>{a.workspace});
      else
        backend::sum_rows(c, rows, cols, square, ops::store<T>{a.workspace});
      backend::sum_rows(c, 1, rows, ops::value_at<T>{a.workspace, rows}, ops::store_affine<T>{a.loss, share, T(0)});
      for (int i = 0; i < 2; ++i)
        if (a.gx[i] != nullptr)
          backend::map2d(c, rows, cols, ops::weighted_difference_cell<T>{{a.x[i], a.x[1 - i], a.gx[i], cols, slope}, weight});
    }
  };
};

}  // namespace ssl::losses
