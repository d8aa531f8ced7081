// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/colorization.hpp"
#include "ssl/ops/cross_entropy.hpp"
#include "ssl/ops/lab.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses {

struct colorization_config {
  int neighbours = 10;  ///< bins of a soft target
  losses::weighting weighting = losses::weighting::gradient;
};

struct colorization_options {
  double sigma = 5;
  double grey = 5;
  double ab_scale = ops::lab_ab_scale<double>;
  ops::ab_bin_values class_weights = ops::all_ab_bins(1);
};

/// Which of 313 colours has each place? Cross-entropy with soft targets, in which rare colours weigh more.
///
/// Formula      L = mean over all places of w CE(x, t);  t: exp(-distance^2 / (2 sigma^2)) on the nearest bins, normalised; w: the weight
///              of the nearest bin, 0 in images whose |a| and |b| are nowhere above `grey`. With weighting::gradient the value is that of
///              w = 1
/// Shapes       logits x: (N, h, w, 313); ab: (N, s h, s w, 2), of which each s-th row and column is looked at
/// Units        ab times ab_scale, sigma and grey: as in Lab; L in nats, equal logits give log 313
/// Requires     class weights that are 1 in the mean over the colours of the data (ops::rebalance_ab_bins), for a gradient of the same size
/// Gradient     writes that of the logits; that of ab is 0
/// Errors       compile time: E306 (shapes that do not fit); run time: none
/// Cost         three passes over the logits forward, one for the gradient; 313 distances a place; workspace 2 neighbours + 3 numbers a
///              place
/// Source       Zhang et al. 2016, arXiv:1603.08511, equations 2 to 4; richzhang/colorization: caffe_traininglayers.py (10 neighbours; 5 in
///              the paper). Deviation: none
template <colorization_config Config = colorization_config{}>
struct colorization {
  using options = colorization_options;
  static constexpr int inputs = 2;
  static constexpr bool accepts(shape const* in) {
    shape const x = in[0], ab = in[1];
    if (Config.neighbours < 1 || Config.neighbours > ops::ab_bin_count) return false;
    if (!x.positive() || x.c != ops::ab_bin_count || ab.n != x.n || ab.c != 2) return false;
    return ab.h > 0 && ab.h % x.h == 0 && ab.w % x.w == 0 && ab.h / x.h == ab.w / x.w;
  }

  template <class Env, shape X, shape Ab>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr int few = Config.neighbours;
    static constexpr index rows = X.rows(), row = round_up(rows, block_elements), classes = X.c;
    static constexpr index workspace = (2 * few + 3) * row + X.n;

    static void run(typename Env::context& c, options const& o, loss_arguments<T, 2> const& a) {
      T const* x = a.x[0];
      T *bin = a.workspace, *share = bin + few * row, *weight = share + few * row, *log_sum = weight + row,
        *row_loss = log_sum + row, *colourful = row_loss + row;
      ops::place_colours<T> const colours{a.x[1], X.h, X.w, Ab.h / X.h, static_cast<T>(o.ab_scale)};
      backend::map2d(c, X.n, 1, ops::colourful_cell<T>{colours, static_cast<T>(o.grey), colourful});
      ops::soft_ab_cell<few, T> soft{colours, static_cast<T>(o.sigma), colourful, bin, share, weight, {}};
      for (int q = 0; q < ops::ab_bin_count; ++q) soft.class_weight[q] = static_cast<T>(o.class_weights.of[q]);
      backend::map2d(c, rows, 1, soft);

      ops::log_sum_exp_rows<backend>(c, rows, classes, x, T(1), log_sum);
      backend::sum_rows(c, rows, few, ops::few_bins_term<T>{bin, share, x, log_sum, few}, ops::store<T>{row_loss});
      ops::store_affine<T> const mean{a.loss, T(1) / T(rows), T(0)};
      if constexpr (Config.weighting == weighting::loss)
        backend::sum_rows(c, 1, rows, ops::weighted_row<T>{row_loss, weight}, mean);
      else
        backend::sum_rows(c, 1, rows, ops::value_at<T>{row_loss, rows}, mean);

      T const factor = a.weight / T(rows);
      if (a.gx[0] != nullptr) {
        backend::map2d(c, rows, classes, ops::all_bins_gradient_cell<T>{x, log_sum, weight, a.gx[0], factor});
        backend::map2d(c, rows, few, ops::few_bins_gradient_cell<T>{bin, share, weight, a.gx[0], few, factor});
      }
      if (a.gx[1] != nullptr) backend::map2d(c, Ab.rows(), 2, ops::fill_cell<T>{a.gx[1], 2, T(0)});
    }
  };
};

}  // namespace ssl::losses
