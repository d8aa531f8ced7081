// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/contrastive.hpp"
#include "ssl/ops/cross_entropy.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses::detail {

/// Cross-entropy of every row of similarities with the place of its positive: s is (Rows, Cols), already over the temperature.
template <class Env, index Rows, index Cols, index Step>
struct query_contrast {
  using context = typename Env::context;
  using backend = typename Env::backend;
  using T = typename Env::scalar;
  static constexpr ops::positive_column positive{Cols, Step};

  static void mean_loss(context& c, T const* s, T* log_sum, T* loss) {
    ops::log_sum_exp_rows<backend>(c, Rows, Cols, s, T(1), log_sum);
    backend::sum_rows(c, 1, Rows, ops::query_loss<T>{s, log_sum, positive}, ops::store_affine<T>{loss, T(1) / T(Rows), T(0)});
  }
  /// s becomes the gradient of the sum of the rows' losses.
  static void to_gradient(context& c, T* s, T const* log_sum) {
    backend::map2d(c, Rows, Cols, ops::query_gradient_cell<T>{s, log_sum, positive});
  }
};

}  // namespace ssl::losses::detail
