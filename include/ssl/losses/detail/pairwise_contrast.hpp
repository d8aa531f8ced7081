// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/contrastive.hpp"
#include "ssl/ops/l2_normalize.hpp"
#include "ssl/ops/products.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses::detail {

/// Contrast of every row with all others, in cells and products. `Strip` rows of the similarity matrix are in memory at a time:
/// all of them (stored), or a few, which are then computed a second time for the gradient.
template <class Env, ops::denominator Denominator, index Rows, index Width, index Strip>
struct pairwise_contrast {
  using context = typename Env::context;
  using backend = typename Env::backend;
  using T = typename Env::scalar;
  static constexpr index workspace = Rows * Width + 4 * round_up(Rows, block_elements) + Strip * Rows;

  T* unit;      ///< (Rows, Width) normalised
  T* norm;      ///< (Rows)
  T* log_sum;   ///< (Rows)
  T* positive;  ///< (Rows) similarity of the positive, over the temperature
  T* dot;       ///< (Rows)
  T* s;         ///< (Strip, Rows)

  explicit pairwise_contrast(T* memory) {
    constexpr index row = round_up(Rows, block_elements);
    norm = memory, log_sum = norm + row, positive = log_sum + row, dot = positive + row, unit = dot + row,
    s = unit + Rows * Width;
  }

  void normalise(context& c, T const* z) const { ops::normalise_rows<backend>(c, Rows, Width, z, norm, unit); }

  /// log-sum-exp and positive similarity of every anchor.
  void compare(context& c, T temperature) const {
    for (index first = 0; first < Rows; first += Strip) {
      index const rows = math::min(Strip, Rows - first);
      fill_strip(c, first, rows, temperature);
      backend::map2d(c, rows, 1, ops::anchor_extremes_cell<Denominator, T>{s, log_sum, positive, Rows, first});
      backend::sum_rows(c, rows, Rows, ops::counted_exponential<Denominator, T>{s, log_sum, Rows, first},
                        ops::store_log_sum_exp<T>{log_sum, log_sum, first});
    }
  }

  /// Mean over the anchors; `anchor_weight` multiplies the positives, null stands for 1.
  void mean_loss(context& c, T const* anchor_weight, T* loss) const {
    backend::sum_rows(c, 1, Rows, ops::anchor_loss<T>{log_sum, positive, anchor_weight},
                      ops::store_affine<T>{loss, T(1) / T(Rows), T(0)});
  }

  /// Writes weight * gradient of the mean.
  void gradient(context& c, T temperature, T const* anchor_weight, T weight, T* gz) const {
    for (index first = 0; first < Rows; first += Strip) {
      index const rows = math::min(Strip, Rows - first);
      if constexpr (Strip < Rows) fill_strip(c, first, rows, temperature);
      backend::map2d(c, rows, Rows, ops::contrast_gradient_cell<Denominator, T>{s, log_sum, anchor_weight, Rows, first});
      backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nn,
                                            .m = rows,
                                            .n = Width,
                                            .k = Rows,
                                            .a = s,
                                            .lda = Rows,
                                            .b = unit,
                                            .ldb = Width,
                                            .c = gz + first * Width,
                                            .ldc = Width,
                                            .alpha = weight / (temperature * T(Rows))});
    }
    ops::normalise_rows_gradient<backend>(c, Rows, Width, gz, unit, norm, dot, gz);
  }

 private:
  void fill_strip(context& c, index first, index rows, T temperature) const {
    backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nt,
                                          .m = rows,
                                          .n = Rows,
                                          .k = Width,
                                          .a = unit + first * Width,
                                          .lda = Width,
                                          .b = unit,
                                          .ldb = Width,
                                          .c = s,
                                          .ldc = Rows,
                                          .alpha = T(1) / temperature});
  }
};

}  // namespace ssl::losses::detail
