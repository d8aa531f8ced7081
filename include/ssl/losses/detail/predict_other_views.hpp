// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/cross_entropy.hpp"
#include "ssl/ops/prototypes.hpp"

namespace ssl::losses::detail {

/// Cross-entropy of every view with the targets of both global views, its own left out: the mean over the 2 (Views - 1) pairs of
/// views and over the images. Writes weight * gradient.
template <class Env, int Views, index Images, index Classes>
struct predict_other_views {
  using context = typename Env::context;
  using backend = typename Env::backend;
  using T = typename Env::scalar;
  using target = ops::other_views_target<T>;
  static constexpr index rows = Views * Images, row = round_up(rows, block_elements);
  static constexpr index workspace = 3 * row + block_elements;

  static void run(context& c, T const* x, double temperature, target const& t, loss_arguments<T, 1> const& a) {
    T *log_sum = a.workspace, *target_sum = log_sum + row, *row_loss = target_sum + row, *share = row_loss + row;
    T const scale = static_cast<T>(1 / temperature);
    backend::map2d(c, 1, 1, ops::fill_cell<T>{share, 1, T(1) / T(2 * (Views - 1) * Images)});
    ops::log_sum_exp_rows<backend>(c, rows, Classes, x, scale, log_sum);
    backend::sum_rows(c, rows, Classes, ops::cross_entropy_term<target, T>{t, x, log_sum, Classes, scale},
                      ops::store<T>{row_loss});
    backend::sum_rows(c, 1, rows, ops::value_at<T>{row_loss, rows}, ops::store_times<T>{a.loss, share});
    if (a.gx[0] == nullptr) return;
    backend::sum_rows(c, rows, Classes, t, ops::store<T>{target_sum});
    backend::map2d(
        c, rows, Classes,
        ops::cross_entropy_gradient_cell<target, T>{t, x, log_sum, target_sum, share, a.gx[0], Classes, a.weight, scale});
  }
};

}  // namespace ssl::losses::detail
