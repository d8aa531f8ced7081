// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/cross_entropy.hpp"

namespace ssl::losses::detail {

/// Cross-entropy of the rows of x / temperature with targets whose rows sum to whatever they weigh: `share` times the sum over the
/// rows. Writes weight * gradient.
template <class Env, class Target, index Rows, index Classes>
struct predict_targets {
  using context = typename Env::context;
  using backend = typename Env::backend;
  using T = typename Env::scalar;
  static constexpr index row = round_up(Rows, block_elements);
  static constexpr index workspace = 3 * row + block_elements;

  static void run(context& c, T const* x, double temperature, Target const& t, T share, loss_arguments<T, 1> const& a) {
    T *log_sum = a.workspace, *target_sum = log_sum + row, *row_loss = target_sum + row, *held_share = row_loss + row;
    T const scale = static_cast<T>(1 / temperature);
    backend::map2d(c, 1, 1, ops::fill_cell<T>{held_share, 1, share});
    ops::log_sum_exp_rows<backend>(c, Rows, Classes, x, scale, log_sum);
    backend::sum_rows(c, Rows, Classes, ops::cross_entropy_term<Target, T>{t, x, log_sum, Classes, scale},
                      ops::store<T>{row_loss});
    backend::sum_rows(c, 1, Rows, ops::value_at<T>{row_loss, Rows}, ops::store_times<T>{a.loss, held_share});
    if (a.gx[0] == nullptr) return;
    backend::sum_rows(c, Rows, Classes, t, ops::store<T>{target_sum});
    backend::map2d(
        c, Rows, Classes,
        ops::cross_entropy_gradient_cell<Target, T>{t, x, log_sum, target_sum, held_share, a.gx[0], Classes, a.weight, scale});
  }
};

}  // namespace ssl::losses::detail
