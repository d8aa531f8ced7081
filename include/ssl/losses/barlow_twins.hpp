// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/batch_norm.hpp"
#include "ssl/ops/redundancy.hpp"

namespace ssl::losses {

/// The loss of Barlow Twins: a channel must agree with itself in the other view, and with no other channel.
///
/// Formula      L = sum_i (1 - C_ii)^2 + lambda sum_{i != j} C_ij^2,  C = u1^T u2 / N,
///              u = (z - mean) / sqrt(variance + 1e-5) of every channel over one view's batch (variance divided by N)
/// Shapes       z: (2N, 1, 1, D), all of view 1, then all of view 2
/// Units        off_diagonal lambda, dimensionless; L is a sum over D * D entries
/// Requires     N > 1; z finite
/// Gradient     writes gz
/// Errors       compile time: E306 (an odd or too small batch, rows that are not vectors); run time: none
/// Cost         one product of N x D x D forward, two backward; workspace 2 N D + D D numbers
/// Source       Zbontar et al. 2021, arXiv:2103.03230, equations 1 and 2; facebookresearch/barlowtwins. Deviation: the standardisation
///              stands in the loss, so it has no running statistics
struct barlow_twins {
  struct options {
    double off_diagonal = 0.0051;
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
    static constexpr index column = round_up(width, block_elements);
    static constexpr index workspace = 6 * column + round_up(2 * view, block_elements) + width * width;

    static void run(context& c, options const& o, loss_arguments<T, 1> const& a) {
      T *mean = a.workspace, *rstd = mean + 2 * column, *sums = rstd + 2 * column, *unit = sums + 2 * column;
      T* correlation = unit + round_up(2 * view, block_elements);
      T const penalty = static_cast<T>(o.off_diagonal);

      for (int v = 0; v < 2; ++v) standardise(c, a.x[0] + v * view, mean + v * column, rstd + v * column, unit + v * view);
      backend::gemm(c, product{.form = backends::gemm_form::tn,
                               .m = width,
                               .n = width,
                               .k = rows,
                               .a = unit,
                               .lda = width,
                               .b = unit + view,
                               .ldb = width,
                               .c = correlation,
                               .ldc = width,
                               .alpha = T(1) / T(rows)});
      backend::sum_rows(c, width, width, ops::correlation_term<T>{correlation, width, penalty}, ops::store<T>{sums});
      backend::sum_rows(c, 1, width, ops::value_at<T>{sums, width}, ops::store<T>{a.loss});

      if (a.gx[0] == nullptr) return;
      backend::map2d(c, width, width, ops::correlation_gradient_cell<T>{correlation, width, penalty, a.weight / T(rows)});
      for (int v = 0; v < 2; ++v) {
        T* g = a.gx[0] + v * view;
        backend::gemm(c, product{.form = v == 0 ? backends::gemm_form::nt : backends::gemm_form::nn,
                                 .m = rows,
                                 .n = width,
                                 .k = width,
                                 .a = unit + (1 - v) * view,
                                 .lda = width,
                                 .b = correlation,
                                 .ldb = width,
                                 .c = g,
                                 .ldc = width});
        standardise_gradient(c, a.x[0] + v * view, mean + v * column, rstd + v * column, sums, g);
      }
    }

   private:
    static void standardise(context& c, T const* x, T* mean, T* rstd, T* unit) {
      backend::sum_cols(c, rows, width, ops::value_at<T>{x, width}, ops::store_mean<T>{mean, T(rows)});
      backend::sum_cols(c, rows, width, ops::centred_square<T>{x, mean, width},
                        ops::store_rstd<T>{mean, rstd, T(rows), T(1e-5), {}});
      backend::map2d(c, rows, width, ops::normalise_cell<T>{x, mean, rstd, nullptr, nullptr, unit, width});
    }
    static void standardise_gradient(context& c, T const* x, T const* mean, T const* rstd, T* sums, T* g) {
      T *sum_g = sums, *sum_g_normal = sums + column;
      backend::sum_cols(c, rows, width, ops::value_at<T>{g, width}, ops::store<T>{sum_g});
      backend::sum_cols(c, rows, width, ops::gradient_times_normal<T>{g, x, mean, rstd, width}, ops::store<T>{sum_g_normal});
      backend::map2d(c, rows, width,
                     ops::normalise_gradient_cell<T>{g, x, mean, rstd, nullptr, sum_g, sum_g_normal, g, width, T(rows)});
    }
  };
};

}  // namespace ssl::losses
