// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/cross_entropy.hpp"
#include "ssl/ops/koleo.hpp"
#include "ssl/ops/l2_normalize.hpp"

namespace ssl::losses {

struct koleo_config {
  int views = 2;
};

/// Spreads features over the sphere: pushes every image away from its nearest neighbour among the images of the same view.
///
/// Formula      L = sum over views of mean_i -log(|u_i - u_j(i) + e| + e), u_i = x_i / |x_i|, j(i): the row of the view with the largest
///              u_i . u_j, e = 1e-8 (in every component)
/// Shapes       x: (V N, 1, 1, D), view-major, N > 1
/// Units        L in nats: the Kozachenko-Leonenko estimate of -entropy / D, but for constants
/// Gradient     writes gx; it passes through both rows of a pair, and none through the choice of the neighbour
/// Errors       compile time: E306 (shapes that do not fit); run time: none
/// Cost         an N x N product for every view; workspace 2 V N D + N^2 numbers. Equal rows cost log(1 / e) = 18 each and have no gradient
/// Source       Sablayrolles et al. 2018, arXiv:1806.03198, section 3; facebookresearch/dinov2: KoLeoLoss, summed over the global
///              crops. Deviation: none
template <koleo_config Config = koleo_config{}>
struct koleo {
  struct options {};
  static constexpr int inputs = 1;
  static constexpr bool accepts(shape const* in) {
    return Config.views > 0 && in[0].positive() && in[0].tokens() == 1 && in[0].n % Config.views == 0 &&
           in[0].n / Config.views > 1;
  }

  template <class Env, shape In>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index all = In.n, width = In.c, rows = all / Config.views;
    static constexpr index workspace = 2 * all * width + rows * rows + 4 * all + block_elements;
    static constexpr T offset = T(1e-8);

    static void run(context& c, options const&, loss_arguments<T, 1> const& a) {
      T *unit = a.workspace, *gap = unit + all * width, *dot = gap + all * width, *norm = dot + rows * rows;
      T *nearest = norm + all, *distance = nearest + all, *pull = distance + all, *share = pull + all;
      ops::normalise_rows<backend>(c, all, width, a.x[0], norm, unit);
      for (index v = 0; v < all; v += rows) {
        T const* u = unit + v * width;
        backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nt,
                                              .m = rows,
                                              .n = rows,
                                              .k = width,
                                              .a = u,
                                              .lda = width,
                                              .b = u,
                                              .ldb = width,
                                              .c = dot,
                                              .ldc = rows});
        backend::map2d(c, rows, 1, ops::nearest_row_cell<T>{dot, nearest + v, rows});
        backend::map2d(c, rows, width, ops::gap_cell<T>{u, nearest + v, gap + v * width, width, offset});
      }
      backend::sum_rows(c, all, width, ops::product_of<T>{gap, gap, width}, ops::store_root<T>{distance});
      backend::map2d(c, 1, 1, ops::fill_cell<T>{share, 1, T(1) / T(rows)});
      backend::sum_rows(c, 1, all, ops::negative_log_distance<T>{distance, offset}, ops::store_times<T>{a.loss, share});
      if (a.gx[0] == nullptr) return;

      backend::map2d(c, all, 1, ops::pull_cell<T>{distance, pull, a.weight / T(rows), offset});
      for (index v = 0; v < all; v += rows)
        backend::map2d(c, rows, 1,
                       ops::gap_gradient_cell<T>{gap + v * width, pull + v, nearest + v, a.gx[0] + v * width, rows, width});
      ops::normalise_rows_gradient<backend>(c, all, width, a.gx[0], unit, norm, nearest, a.gx[0]);
    }
  };
};

}  // namespace ssl::losses
