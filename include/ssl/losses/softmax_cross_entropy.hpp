// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <type_traits>

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/cross_entropy.hpp"

namespace ssl::losses {

enum class target_form {
  labels,        ///< one class per row, integers
  probabilities  ///< a distribution per row
};

struct softmax_cross_entropy_config {
  target_form targets = target_form::labels;
};

/// Cross-entropy between softmax of logits and targets.
///
/// Formula      L = mean over rows of -sum_k t_k log softmax(x)_k;  t = (1 - e) target + e / K, e = label_smoothing
/// Shapes       x: (N, H, W, K), every place is a row; labels: (N, H, W, 1) integers, or probabilities: (N, H, W, K)
/// Units        L in nats; equal logits give log K
/// Requires     labels below K (else L is NaN). Rows with a negative label are left out of the mean; with none left L is 0
/// Gradient     writes gx; and that of the probabilities where it exists
/// Errors       compile time: E306 (shapes that do not fit); run time: none
/// Cost         four passes over x forward, one for each gradient; workspace 3 numbers a row
/// Source       torch.nn.functional.cross_entropy, a negative label standing for ignore_index. Deviation: none
template <softmax_cross_entropy_config Config = softmax_cross_entropy_config{}>
struct softmax_cross_entropy {
  struct options {
    double label_smoothing = 0;
  };
  static constexpr int inputs = 2;
  static constexpr bool hard = Config.targets == target_form::labels;
  static constexpr bool accepts(shape const* in) { return in[0].positive() && in[1] == (hard ? in[0].with_channels(1) : in[0]); }

  template <class Env, shape X, shape Targets>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    using target = std::conditional_t<hard, ops::label_target<T>, ops::soft_target<T>>;
    static constexpr index rows = X.rows(), classes = X.c, row = round_up(rows, block_elements);
    static constexpr index workspace = 3 * row + block_elements;

    static void run(context& c, options const& o, loss_arguments<T, 2> const& a) {
      T const* x = a.x[0];
      T *log_sum = a.workspace, *target_sum = log_sum + row, *row_loss = target_sum + row, *share = row_loss + row;
      T const smoothing = static_cast<T>(o.label_smoothing);
      target const t = target_of(a, smoothing);

      ops::log_sum_exp_rows<backend>(c, rows, classes, x, T(1), log_sum);
      store_share(c, a, share);
      backend::sum_rows(c, rows, classes, ops::cross_entropy_term<target, T>{t, x, log_sum, classes}, ops::store<T>{row_loss});
      backend::sum_rows(c, 1, rows, ops::value_at<T>{row_loss, rows}, ops::store_times<T>{a.loss, share});

      if (a.gx[0] != nullptr) {
        backend::sum_rows(c, rows, classes, t, ops::store<T>{target_sum});
        backend::map2d(c, rows, classes,
                       ops::cross_entropy_gradient_cell<target, T>{t, x, log_sum, target_sum, share, a.gx[0], classes, a.weight});
      }
      if (!hard && a.gx[1] != nullptr)
        backend::map2d(c, rows, classes,
                       ops::soft_target_gradient_cell<T>{x, log_sum, a.gx[1], classes, a.weight * (1 - smoothing) / T(rows)});
    }

   private:
    static target target_of(loss_arguments<T, 2> const& a, T smoothing) {
      if constexpr (hard)
        return {a.integers[1], classes, smoothing, std::numeric_limits<T>::quiet_NaN()};
      else
        return {a.x[1], classes, smoothing};
    }
    /// One over the number of rows in the mean, which only the backend knows.
    static void store_share(context& c, loss_arguments<T, 2> const& a, T* share) {
      if constexpr (hard)
        backend::sum_rows(c, 1, rows, ops::labelled_row<T>{a.integers[1]}, ops::store_share<T>{share});
      else
        backend::map2d(c, 1, 1, ops::fill_cell<T>{share, 1, T(1) / T(rows)});
    }
  };
};

}  // namespace ssl::losses
