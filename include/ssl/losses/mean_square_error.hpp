// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses {

/// Mean of the squared differences.
///
/// Formula      L = mean over all elements of (x - y)^2
/// Shapes       x, y: (N, H, W, C)
/// Gradient     writes gx = 2 (x - y) / elements and gy = -gx, each where it exists
/// Errors       compile time: E306 (different shapes); run time: none
/// Cost         one pass forward, one for each gradient; workspace one number a row
/// Source       torch.nn.functional.mse_loss. Deviation: none
struct mean_square_error {
  struct options {};
  static constexpr int inputs = 2;
  static constexpr bool accepts(shape const* in) { return in[0].positive() && in[0] == in[1]; }

  template <class Env, shape X, shape Y>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = X.rows(), cols = X.c;
    static constexpr index workspace = rows;

    static void run(typename Env::context& c, options const&, loss_arguments<T, 2> const& a) {
      T const share = T(1) / T(X.elements());
      backend::sum_rows(c, rows, cols, ops::squared_difference<T>{a.x[0], a.x[1], cols}, ops::store<T>{a.workspace});
      backend::sum_rows(c, 1, rows, ops::value_at<T>{a.workspace, rows}, ops::store_affine<T>{a.loss, share, T(0)});
      T const slope = 2 * a.weight * share;
      for (int i = 0; i < 2; ++i)
        if (a.gx[i] != nullptr)
          backend::map2d(c, rows, cols, ops::scaled_difference_cell<T>{a.x[i], a.x[1 - i], a.gx[i], cols, slope});
    }
  };
};

}  // namespace ssl::losses
