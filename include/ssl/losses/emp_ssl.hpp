// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/inverse.hpp"
#include "ssl/ops/mean_view.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses {

struct emp_ssl_config {
  int views = 20;  ///< of an image, stacked view-major
};

/// Similarity of many views to their mean, and total coding rate: views of an image agree, those of different images fill the space.
///
/// Formula      L = -s mean_r cos(z_r, m_i) - t mean over views of 1/2 log det(1 + D / (N epsilon) Z^T Z);
///              m_i the mean of image i's rows, Z the rows of one view
/// Shapes       z: (V N, 1, 1, D), all of view 1, then all of view 2, ...
/// Units        weights s (similarity), t (coding rate); epsilon: squared distortion that the code allows, for unit rows
/// Requires     z finite; rows of unit length, as the method has them
/// Gradient     writes gz, the part through the mean included
/// Errors       compile time: E306 (views that do not divide the batch, or fewer than two; rows that are no vectors); run time: none
/// Cost         a matrix of side n = min(N, D) a view, as det(1 + a Z^T Z) = det(1 + a Z Z^T): one product forward and one
///              backward, 2 n^3 for its inverse; workspace V n n + 2 N D numbers and some rows
/// Source       Tong et al. 2023, arXiv:2304.03977; tsb0601/EMP-SSL: loss.py, main.py. Deviation: none. Their code and this loss
///              have epsilon where the paper has its square
template <emp_ssl_config Config = emp_ssl_config{}>
struct emp_ssl {
  struct options {
    double similarity = 200;
    double coding_rate = 1;
    double epsilon = 0.2;
  };
  static constexpr int inputs = 1;
  static constexpr bool accepts(shape const* in) {
    return Config.views >= 2 && in[0].n > 0 && in[0].n % (Config.views >= 2 ? Config.views : 1) == 0 && in[0].tokens() == 1 &&
           in[0].c > 0;
  }

  template <class Env, shape In>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    using product = backends::product<T>;
    static constexpr index views = Config.views, rows = In.n, images = rows / views, width = In.c, view = images * width;
    static constexpr bool of_rows = images <= width;  ///< matrices of products between rows rather than between channels
    static constexpr index side = of_rows ? images : width, matrix = side * side;
    static constexpr index row = round_up(rows, block_elements), image = round_up(images, block_elements),
                           mean = round_up(view, block_elements);
    static constexpr index sums = 1 + views * side;  ///< what adds up to the loss: the similarity, and one number for every pivot
    static constexpr index workspace = round_up(sums, block_elements) + 2 * row + image + 2 * mean + views * matrix;

    static void run(context& c, options const& o, loss_arguments<T, 1> const& a) {
      T *sum = a.workspace, *cosine = sum + round_up(sums, block_elements), *norm = cosine + row, *mean_norm = norm + row,
        *mean_row = mean_norm + image, *through = mean_row + mean, *inverse = through + mean;
      T const *z = a.x[0], similarity = static_cast<T>(-o.similarity) / T(rows), rate = static_cast<T>(-o.coding_rate) / T(views);
      T const scale = static_cast<T>(static_cast<double>(width) / (static_cast<double>(images) * o.epsilon));
      cosines(c, z, norm, mean_row, mean_norm, cosine);
      backend::sum_rows(c, 1, rows, ops::value_at<T>{cosine, rows}, ops::store_affine<T>{sum, similarity, T(0)});
      for (index v = 0; v < views; ++v) backend::gemm(c, products_of(z + v * view, inverse + v * matrix, scale));
      backend::map2d(c, views * side, 1, ops::add_identity_cell<T>{inverse, side});
      ops::invert<backend>(c, views, side, inverse, sum + 1, rate / 2);
      backend::sum_rows(c, 1, sums, ops::value_at<T>{sum, sums}, ops::store<T>{a.loss});

      if (a.gx[0] == nullptr) return;
      backend::map2d(c, images, width,
                     ops::through_mean_view_cell<T>{z, norm, mean_row, mean_norm, cosine, through, images, views, width});
      backend::map2d(c, rows, width,
                     ops::mean_view_gradient_cell<T>{z, norm, mean_row, mean_norm, cosine, through, a.gx[0], images, width,
                                                     a.weight * similarity});
      for (index v = 0; v < views; ++v)
        backend::gemm(c, gradient_of(z + v * view, inverse + v * matrix, a.gx[0] + v * view, a.weight * rate * scale));
    }

   private:
    static void cosines(context& c, T const* z, T* norm, T* mean_row, T* mean_norm, T* cosine) {
      backend::sum_rows(c, rows, width, ops::product_of<T>{z, z, width}, ops::store_root<T>{norm});
      backend::map2d(c, images, width, ops::mean_view_cell<T>{z, mean_row, images, views, width});
      backend::sum_rows(c, images, width, ops::product_of<T>{mean_row, mean_row, width}, ops::store_root<T>{mean_norm});
      backend::sum_rows(c, rows, width, ops::mean_view_product<T>{z, mean_row, images, width},
                        ops::store_mean_view_cosine<T>{norm, mean_norm, cosine, images});
    }
    /// scale Z Z^T, or scale Z^T Z
    static product products_of(T const* z, T* to, T scale) {
      return {.form = of_rows ? backends::gemm_form::nt : backends::gemm_form::tn,
              .m = side,
              .n = side,
              .k = of_rows ? width : images,
              .a = z,
              .lda = width,
              .b = z,
              .ldb = width,
              .c = to,
              .ldc = side,
              .alpha = scale};
    }
    /// g += factor (1 + scale Z Z^T)^-1 Z, or factor Z (1 + scale Z^T Z)^-1, which are the same
    static product gradient_of(T const* z, T const* inverse, T* g, T factor) {
      return {.form = backends::gemm_form::nn,
              .m = images,
              .n = width,
              .k = side,
              .a = of_rows ? inverse : z,
              .lda = side,
              .b = of_rows ? z : inverse,
              .ldb = width,
              .c = g,
              .ldc = width,
              .alpha = factor,
              .beta = T(1)};
    }
  };
};

}  // namespace ssl::losses
