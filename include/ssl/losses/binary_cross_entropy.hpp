// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/cross_entropy.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses {

/// Cross-entropy of two classes between logits and one probability, the same for all of them: what a discriminator is trained by.
///
/// Formula      L = mean over all elements of log(1 + exp(x)) - t x, which is -t log p - (1 - t) log(1 - p) of p = 1 / (1 + exp(-x))
/// Shapes       x: (N, H, W, C), logits
/// Units        t: target, a probability; L in nats, a logit of 0 gives log 2
/// Gradient     writes gx = (p - t) / elements
/// Errors       compile time: none; run time: none
/// Cost         one pass forward, one for the gradient; workspace one number a row
/// Source       torch.nn.BCEWithLogitsLoss. Deviation: one target for all elements
struct binary_cross_entropy {
  struct options {
    double target = 1;
  };
  static constexpr int inputs = 1;
  static constexpr bool accepts(shape const* in) { return in[0].positive(); }

  template <class Env, shape X>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = X.rows(), cols = X.c;
    static constexpr index workspace = rows;

    static void run(typename Env::context& c, options const& o, loss_arguments<T, 1> const& a) {
      T const share = T(1) / T(X.elements()), target = static_cast<T>(o.target);
      backend::sum_rows(c, rows, cols, ops::binary_cross_entropy_term<T>{a.x[0], cols, target}, ops::store<T>{a.workspace});
      backend::sum_rows(c, 1, rows, ops::value_at<T>{a.workspace, rows}, ops::store_affine<T>{a.loss, share, T(0)});
      if (a.gx[0] != nullptr)
        backend::map2d(c, rows, cols,
                       ops::binary_cross_entropy_gradient_cell<T>{a.x[0], a.gx[0], cols, target, a.weight * share});
    }
  };
};

}  // namespace ssl::losses
