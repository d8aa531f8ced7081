// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/batch_norm.hpp"
#include "ssl/ops/redundancy.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses {

/// Variance, invariance and covariance: two views must agree, every channel must vary over the batch, no two may vary together.
///
/// Formula      L = s mean (z1 - z2)^2 + v/2 sum over views of mean_i max(0, 1 - sqrt(C_ii + 1e-4))
///                  + c sum over views of sum_{i != j} C_ij^2 / D,   C the covariance of a view's channels (divided by N - 1)
/// Shapes       z: (2N, 1, 1, D), all of view 1, then all of view 2
/// Units        weights s (invariance), v (variance), c (covariance), dimensionless
/// Requires     N > 1; z finite
/// Gradient     writes gz
/// Errors       compile time: E306 (an odd or too small batch, rows that are not vectors); run time: none
/// Cost         per view one product of N x D x D forward, one backward; workspace N D + D D numbers
/// Source       Bardes et al. 2022, arXiv:2105.04906, equations 1 to 6; facebookresearch/vicreg. Deviation: none. The paper adds the
///              variance terms of the views, their code and this loss halve the sum; solo-learn adds: double v for its value
struct vicreg {
  struct options {
    double invariance = 25;
    double variance = 25;
    double covariance = 1;
  };
  static constexpr int inputs = 1;
  static constexpr bool accepts(shape const* in) { return stacks_two_views(in[0]); }

  template <class Env, shape In>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    using product = backends::product<T>;
    static constexpr index rows = In.n / 2, width = In.c, view = rows * width;
    static constexpr index row = round_up(rows, block_elements), column = round_up(width, block_elements);
    /// Sums that are added to the loss: one for every image, and one for every channel of either view.
    static constexpr index sums = row + 2 * column;
    static constexpr index workspace = sums + column + round_up(view, block_elements) + width * width;

    static void run(context& c, options const& o, loss_arguments<T, 1> const& a) {
      T *sum = a.workspace, *mean = sum + sums, *centred = mean + column, *covariance = centred + round_up(view, block_elements);
      T const *x = a.x[0], *y = a.x[0] + view;
      T const invariance = static_cast<T>(o.invariance) / T(view);
      backend::map2d(c, 1, sums, ops::fill_cell<T>{sum, sums, T(0)});
      backend::sum_rows(c, rows, width, ops::squared_difference<T>{x, y, width}, ops::store_affine<T>{sum, invariance, T(0)});
      for (int v = 0; v < 2; ++v) {
        T* g = a.gx[0] != nullptr ? a.gx[0] + v * view : nullptr;
        if (g != nullptr)
          backend::map2d(c, rows, width,
                         ops::scaled_difference_cell<T>{v == 0 ? x : y, v == 0 ? y : x, g, width, 2 * a.weight * invariance});
        spread(c, o, v == 0 ? x : y, mean, centred, covariance, sum + row + v * column, a.weight, g);
      }
      backend::sum_rows(c, 1, sums, ops::value_at<T>{sum, sums}, ops::store<T>{a.loss});
    }

   private:
    /// The terms of one view: sums over the rows of its covariance matrix, and their gradient, which is added to g.
    static void spread(context& c, options const& o, T const* x, T* mean, T* centred, T* covariance, T* sum, T weight, T* g) {
      T const freedom = T(rows - 1), variance_weight = static_cast<T>(o.variance) / T(2 * width);
      T const covariance_weight = static_cast<T>(o.covariance) / T(width), epsilon = T(1e-4);
      backend::sum_cols(c, rows, width, ops::value_at<T>{x, width}, ops::store_mean<T>{mean, T(rows)});
      backend::map2d(c, rows, width, ops::centre_cell<T>{x, mean, centred, width});
      backend::gemm(c, product{.form = backends::gemm_form::tn,
                               .m = width,
                               .n = width,
                               .k = rows,
                               .a = centred,
                               .lda = width,
                               .b = centred,
                               .ldb = width,
                               .c = covariance,
                               .ldc = width,
                               .alpha = T(1) / freedom});
      backend::sum_rows(c, width, width, ops::covariance_term<T>{covariance, width, variance_weight, covariance_weight, epsilon},
                        ops::store<T>{sum});
      if (g == nullptr) return;
      backend::map2d(
          c, width, width,
          ops::covariance_gradient_cell<T>{covariance, width, variance_weight, covariance_weight, epsilon, weight / freedom});
      backend::gemm(c, product{.form = backends::gemm_form::nn,
                               .m = rows,
                               .n = width,
                               .k = width,
                               .a = centred,
                               .lda = width,
                               .b = covariance,
                               .ldb = width,
                               .c = g,
                               .ldc = width,
                               .beta = T(1)});
    }
  };
};

}  // namespace ssl::losses
