// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/losses/detail/query_contrast.hpp"
#include "ssl/ops/l2_normalize.hpp"

namespace ssl::losses {

/// InfoNCE with a bank of negatives, the loss of MoCo: each query must find its key among all rows of the bank.
///
/// Formula      L = mean over i of [ log(exp(p_i) + sum_j exp(u_i . b_j / T)) - p_i ],  p_i = u_i . v_i / T,  u and v the
///              queries and keys over max(norm, 1e-12)
/// Shapes       queries, keys: (N, 1, 1, D); bank b: (K, 1, 1, D), unit rows
/// Units        temperature T > 0, dimensionless; L in nats. Unrelated rows give about log(K + 1)
/// Gradient     writes those of queries, keys and bank, each where it exists; a bank that is a state has none
/// Errors       compile time: E306 (shapes that do not fit); run time: none
/// Cost         one product of N x K x D forward, one for the gradient of the queries, one for that of the bank; workspace 2 N D + N (K + 1) numbers
/// Source       He et al. 2020, arXiv:1911.05722, equation 1; facebookresearch/moco. Deviation: none
struct info_nce {
  struct options {
    double temperature = 0.07;
  };
  static constexpr int inputs = 3;
  static constexpr bool accepts(shape const* in) {
    return in[0].positive() && in[0].tokens() == 1 && in[0] == in[1] && in[2].positive() && in[2].tokens() == 1 &&
           in[2].c == in[0].c;
  }

  template <class Env, shape Queries, shape Keys, shape Bank>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    using product = backends::product<T>;
    static constexpr index rows = Queries.n, width = Queries.c, bank = Bank.n, cols = bank + 1;
    static constexpr index row = round_up(rows, block_elements), matrix = round_up(rows * width, block_elements);
    static constexpr index workspace = 4 * row + 2 * matrix + rows * cols;
    using contrast = detail::query_contrast<Env, rows, cols, 0>;

    static void run(context& c, options const& o, loss_arguments<T, 3> const& a) {
      T *norm_q = a.workspace, *norm_k = norm_q + row, *log_sum = norm_k + row, *dot = log_sum + row;
      T *q = dot + row, *k = q + matrix, *s = k + matrix;
      T const sharpness = static_cast<T>(1 / o.temperature), share = a.weight * sharpness / T(rows);

      ops::normalise_rows<backend>(c, rows, width, a.x[0], norm_q, q);
      ops::normalise_rows<backend>(c, rows, width, a.x[1], norm_k, k);
      backend::sum_rows(c, rows, width, ops::product_of<T>{q, k, width}, ops::store_first_column<T>{s, cols, sharpness});
      backend::gemm(c, product{.form = backends::gemm_form::nt,
                               .m = rows,
                               .n = bank,
                               .k = width,
                               .a = q,
                               .lda = width,
                               .b = a.x[2],
                               .ldb = width,
                               .c = s + 1,
                               .ldc = cols,
                               .alpha = sharpness});
      contrast::mean_loss(c, s, log_sum, a.loss);

      if (a.gx[0] == nullptr && a.gx[1] == nullptr && a.gx[2] == nullptr) return;
      contrast::to_gradient(c, s, log_sum);
      if (T* gq = a.gx[0]; gq != nullptr) {
        backend::gemm(c, product{.form = backends::gemm_form::nn,
                                 .m = rows,
                                 .n = width,
                                 .k = bank,
                                 .a = s + 1,
                                 .lda = cols,
                                 .b = a.x[2],
                                 .ldb = width,
                                 .c = gq,
                                 .ldc = width,
                                 .alpha = share});
        backend::map2d(c, rows, width, ops::positive_gradient_cell<T>{s, cols, k, gq, width, share, true});
        ops::normalise_rows_gradient<backend, T>(c, rows, width, gq, q, norm_q, dot, gq);
      }
      if (T* gk = a.gx[1]; gk != nullptr) {
        backend::map2d(c, rows, width, ops::positive_gradient_cell<T>{s, cols, q, gk, width, share, false});
        ops::normalise_rows_gradient<backend, T>(c, rows, width, gk, k, norm_k, dot, gk);
      }
      if (T* gb = a.gx[2]; gb != nullptr)
        backend::gemm(c, product{.form = backends::gemm_form::tn,
                                 .m = bank,
                                 .n = width,
                                 .k = rows,
                                 .a = s + 1,
                                 .lda = cols,
                                 .b = q,
                                 .ldb = width,
                                 .c = gb,
                                 .ldc = width,
                                 .alpha = share});
    }
  };
};

}  // namespace ssl::losses
