// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/losses/detail/query_contrast.hpp"
#include "ssl/ops/l2_normalize.hpp"

namespace ssl::losses {

/// InfoNCE within the batch, the loss of MoCo v3: a query of one view must find the key of its image among the keys of the other
/// view.
///
/// Formula      L = mean over both views v and all images i of [ log sum_j exp(u_vi . w_oj / T) - u_vi . w_oi / T ],  o the other
///              view, u and w the queries and keys over max(norm, 1e-12)
/// Shapes       queries, keys: (2N, 1, 1, D), all of view 1, then all of view 2
/// Units        temperature T > 0, dimensionless; L in nats. Unrelated rows give about log N
/// Gradient     writes those of queries and keys, each where it exists
/// Errors       compile time: E306 (shapes that do not fit, an odd batch); run time: none
/// Cost         one product of 2N x N x D forward, one for each gradient; workspace 4 N D + 2 N N numbers
/// Source       Chen et al. 2021, arXiv:2104.02057, algorithm 1; facebookresearch/moco-v3. Deviation: a mean over both views; their
///              code returns 2 T times the sum of the views' means: set the weight to 4 T
struct in_batch_info_nce {
  struct options {
    double temperature = 0.2;
  };
  static constexpr int inputs = 2;
  static constexpr bool accepts(shape const* in) {
    return in[0].positive() && in[0].tokens() == 1 && in[0] == in[1] && in[0].n % 2 == 0;
  }

  template <class Env, shape Queries, shape Keys>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    using product = backends::product<T>;
    static constexpr index rows = Queries.n, images = rows / 2, width = Queries.c, view = images * width;
    static constexpr index row = round_up(rows, block_elements), matrix = round_up(rows * width, block_elements);
    static constexpr index workspace = 4 * row + 2 * matrix + rows * images;
    using contrast = detail::query_contrast<Env, rows, images, 1>;

    static void run(context& c, options const& o, loss_arguments<T, 2> const& a) {
      T *norm_q = a.workspace, *norm_k = norm_q + row, *log_sum = norm_k + row, *dot = log_sum + row;
      T *q = dot + row, *k = q + matrix, *s = k + matrix;
      T const sharpness = static_cast<T>(1 / o.temperature), share = a.weight * sharpness / T(rows);

      ops::normalise_rows<backend>(c, rows, width, a.x[0], norm_q, q);
      ops::normalise_rows<backend>(c, rows, width, a.x[1], norm_k, k);
      for (int v = 0; v < 2; ++v)
        backend::gemm(c, product{.form = backends::gemm_form::nt,
                                 .m = images,
                                 .n = images,
                                 .k = width,
                                 .a = q + v * view,
                                 .lda = width,
                                 .b = k + (1 - v) * view,
                                 .ldb = width,
                                 .c = s + v * images * images,
                                 .ldc = images,
                                 .alpha = sharpness});
      contrast::mean_loss(c, s, log_sum, a.loss);

      if (a.gx[0] == nullptr && a.gx[1] == nullptr) return;
      contrast::to_gradient(c, s, log_sum);
      if (a.gx[0] != nullptr) gradient<backends::gemm_form::nn>(c, s, k, q, norm_q, dot, share, a.gx[0]);
      if (a.gx[1] != nullptr) gradient<backends::gemm_form::tn>(c, s, q, k, norm_k, dot, share, a.gx[1]);
    }

   private:
    /// The gradient of one side: similarities of view v meet the other side's rows of the other view.
    template <backends::gemm_form Form>
    static void gradient(context& c, T const* s, T const* other, T const* unit, T const* norm, T* dot, T share, T* g) {
      constexpr bool of_queries = Form == backends::gemm_form::nn;
      for (int v = 0; v < 2; ++v)
        backend::gemm(c, product{.form = Form,
                                 .m = images,
                                 .n = width,
                                 .k = images,
                                 .a = s + (of_queries ? v : 1 - v) * images * images,
                                 .lda = images,
                                 .b = other + (1 - v) * view,
                                 .ldb = width,
                                 .c = g + v * view,
                                 .ldc = width,
                                 .alpha = share});
      ops::normalise_rows_gradient<backend, T>(c, rows, width, g, unit, norm, dot, g);
    }
  };
};

}  // namespace ssl::losses
