// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells of batch normalisation over arrays of rows x channels.
namespace ssl::ops {

/// (x - mean)^2
template <class T>
struct centred_square {
  T const* x;
  T const* mean;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const {
    T const d = x[r * cols + c] - mean[c];
    return d * d;
  }
};

/// mean = sum / rows
template <class T>
struct store_mean {
  T* mean;
  T rows;
  PRETEXT_HD void operator()(index c, T sum) const { mean[c] = sum / rows; }
};

/// Running statistics and how fast they follow: running += rate * (batch - running). Null: they stay.
template <class T>
struct running_statistics {
  T* mean = nullptr;
  T* variance = nullptr;
  T rate = 0;

  PRETEXT_HD void follow(index c, T batch_mean, T biased_variance, T rows) const {
    if (mean == nullptr) return;
    T const unbiased = rows > T(1) ? biased_variance * rows / (rows - T(1)) : biased_variance;
    mean[c] += rate * (batch_mean - mean[c]);
    variance[c] += rate * (unbiased - variance[c]);
  }
};

/// rstd = 1 / sqrt(sum / rows + epsilon), and the running statistics follow.
template <class T>
struct store_rstd {
  T const* mean;
  T* rstd;
  T rows;
  T epsilon;
  running_statistics<T> running;
  PRETEXT_HD void operator()(index c, T sum) const {
    T const variance = sum / rows;
    rstd[c] = T(1) / math::sqrt(variance + epsilon);
    running.follow(c, mean[c], variance, rows);
  }
};

/// The same, as a cell over (0, channel), where the variance is known.
template <class T>
struct rstd_cell {
  T const* mean;
  T const* variance;
  T* rstd;
  T rows;
  T epsilon;
  running_statistics<T> running;
  PRETEXT_HD void operator()(index, index c) const {
    T const v = variance[c];
    rstd[c] = T(1) / math::sqrt(v + epsilon);
    running.follow(c, mean[c], v, rows);
  }
};

/// mean and rstd of the running statistics, as a cell over (0, channel).
template <class T>
struct stored_statistics_cell {
  T const* running_mean;
  T const* running_variance;
  T* mean;
  T* rstd;
  T epsilon;
  PRETEXT_HD void operator()(index, index c) const {
    mean[c] = running_mean[c];
    rstd[c] = T(1) / math::sqrt(running_variance[c] + epsilon);
  }
};

/// y = (x - mean) rstd scale + shift; a null scale is 1, a null shift 0.
template <class T>
struct normalise_cell {
  T const* x;
  T const* mean;
  T const* rstd;
  T const* scale;
  T const* shift;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const {
    T const normal = (x[r * cols + c] - mean[c]) * rstd[c];
    y[r * cols + c] = (scale != nullptr ? normal * scale[c] : normal) + (shift != nullptr ? shift[c] : T(0));
  }
};

/// factor and offset of y = x factor + offset, as a cell over (0, channel): for tuned forms.
template <class T>
struct fold_statistics_cell {
  T const* mean;
  T const* rstd;
  T const* scale;
  T const* shift;
  T* factor;
  T* offset;
  PRETEXT_HD void operator()(index, index c) const {
    factor[c] = scale != nullptr ? rstd[c] * scale[c] : rstd[c];
    offset[c] = (shift != nullptr ? shift[c] : T(0)) - mean[c] * factor[c];
  }
};

/// gy (x - mean) rstd
template <class T>
struct gradient_times_normal {
  T const* gy;
  T const* x;
  T const* mean;
  T const* rstd;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return gy[r * cols + c] * (x[r * cols + c] - mean[c]) * rstd[c]; }
};

/// gx = scale rstd (gy - sum_gy / rows - normal sum_gy_normal / rows); where statistics were given, gx = scale rstd gy.
template <class T>
struct normalise_gradient_cell {
  T const* gy;
  T const* x;
  T const* mean;
  T const* rstd;
  T const* scale;
  T const* sum_gy;         ///< null where the statistics do not depend on x
  T const* sum_gy_normal;
  T* gx;
  index cols;
  T rows;
  PRETEXT_HD void operator()(index r, index c) const {
    T const factor = scale != nullptr ? scale[c] * rstd[c] : rstd[c];
    T g = gy[r * cols + c];
    if (sum_gy != nullptr) g -= (sum_gy[c] + (x[r * cols + c] - mean[c]) * rstd[c] * sum_gy_normal[c]) / rows;
    gx[r * cols + c] = factor * g;
  }
};

}  // namespace ssl::ops
