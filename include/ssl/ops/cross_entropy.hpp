// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/activation.hpp"
#include "ssl/ops/contrastive.hpp"
#include "ssl/ops/softmax.hpp"

/// Cells of cross-entropy between logits and targets. A target is a functor of (row, class), so that hard and soft targets share
/// them. Logits are `scale` x: one over a temperature.
namespace ssl::ops {

/// Probability 1 for the label, smoothed. A row whose label is negative has no target; a label beyond the classes gives
/// `invalid`, a NaN.
template <class T>
struct label_target {
  std::int32_t const* label;
  index classes;
  T smoothing;
  T invalid;
  PRETEXT_HD T operator()(index r, index k) const {
    if (label[r] < 0) return T(0);
    if (label[r] >= classes) return invalid;
    return (label[r] == k ? T(1) - smoothing : T(0)) + smoothing / T(classes);
  }
};

/// Given probabilities, smoothed.
template <class T>
struct soft_target {
  T const* probability;
  index classes;
  T smoothing;
  PRETEXT_HD T operator()(index r, index k) const {
    return (T(1) - smoothing) * probability[r * classes + k] + smoothing / T(classes);
  }
};

/// 1 for a row that has a label, as a sum over (0, row).
template <class T>
struct labelled_row {
  std::int32_t const* label;
  PRETEXT_HD T operator()(index, index r) const { return label[r] < 0 ? T(0) : T(1); }
};

/// share = 1 / count, or 0 where nothing is counted.
template <class T>
struct store_share {
  T* share;
  PRETEXT_HD void operator()(index i, T count) const { share[i] = count > T(0) ? T(1) / count : T(0); }
};

/// exp(scale (x - largest)), to be summed.
template <class T>
struct shifted_exponential {
  T const* x;
  T const* largest;
  index classes;
  T scale = T(1);
  PRETEXT_HD T operator()(index r, index k) const { return math::exp(scale * (x[r * classes + k] - largest[r])); }
};

/// log_sum = log of the sum over the row of exp(scale x), by way of the largest x; scale > 0.
template <class Backend, class T>
void log_sum_exp_rows(typename Backend::context& context, index rows, index classes, T const* x, T scale, T* log_sum) {
  Backend::map2d(context, rows, 1, row_max_cell<T>{x, log_sum, classes});
  Backend::sum_rows(context, rows, classes, shifted_exponential<T>{x, log_sum, classes, scale},
                    store_log_sum_exp<T>{log_sum, log_sum, 0, scale});
}

/// target * -log(probability), to be summed.
template <class Target, class T>
struct cross_entropy_term {
  Target target;
  T const* x;
  T const* log_sum;
  index classes;
  T scale = T(1);
  PRETEXT_HD T operator()(index r, index k) const { return target(r, k) * (log_sum[r] - scale * x[r * classes + k]); }
};

/// The loss is the sum over rows times the share of a row.
template <class T>
struct store_times {
  T* out;
  T const* factor;
  PRETEXT_HD void operator()(index i, T sum) const { out[i] = sum * *factor; }
};

/// gx = weight share scale (probability (sum of the row's targets) - target)
template <class Target, class T>
struct cross_entropy_gradient_cell {
  Target target;
  T const* x;
  T const* log_sum;
  T const* target_sum;
  T const* share;
  T* gx;
  index classes;
  T weight;
  T scale = T(1);
  PRETEXT_HD void operator()(index r, index k) const {
    T const probability = math::exp(scale * x[r * classes + k] - log_sum[r]);
    gx[r * classes + k] = weight * scale * *share * (probability * target_sum[r] - target(r, k));
  }
};

/// gt = weight share (1 - smoothing) -log(probability): the gradient of given probabilities.
template <class T>
struct soft_target_gradient_cell {
  T const* x;
  T const* log_sum;
  T* gt;
  index classes;
  T factor;
  PRETEXT_HD void operator()(index r, index k) const { gt[r * classes + k] = factor * (log_sum[r] - x[r * classes + k]); }
};

/// log(1 + exp(x)) - target x, to be summed: cross-entropy of two classes, with one logit.
template <class T>
struct binary_cross_entropy_term {
  T const* x;
  index cols;
  T target;
  PRETEXT_HD T operator()(index r, index c) const { return softplus_function::value(x[r * cols + c]) - target * x[r * cols + c]; }
};

/// gx = factor (probability - target): the gradient twin.
template <class T>
struct binary_cross_entropy_gradient_cell {
  T const* x;
  T* gx;
  index cols;
  T target, factor;
  PRETEXT_HD void operator()(index r, index c) const {
    gx[r * cols + c] = factor * (sigmoid_function::value(x[r * cols + c]) - target);
  }
};

}  // namespace ssl::ops
