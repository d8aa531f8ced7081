// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells of normalisations along a row.
namespace ssl::ops {

/// mean = sum / count
template <class T>
struct store_row_mean {
  T* mean;
  T count;
  PRETEXT_HD void operator()(index r, T sum) const { mean[r] = sum / count; }
};

/// (x - mean of the row)^2
template <class T>
struct row_centred_square {
  T const* x;
  T const* mean;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const {
    T const d = x[r * cols + c] - mean[r];
    return d * d;
  }
};

/// rstd = 1 / sqrt(sum / count + epsilon)
template <class T>
struct store_row_rstd {
  T* rstd;
  T count;
  T epsilon;
  PRETEXT_HD void operator()(index r, T sum) const { rstd[r] = T(1) / math::sqrt(sum / count + epsilon); }
};

/// y = (x - mean) rstd scale + shift; a null scale is 1, a null shift 0.
template <class T>
struct row_normalise_cell {
  T const* x;
  T const* mean;
  T const* rstd;
  T const* scale;
  T const* shift;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const {
    T const normal = (x[r * cols + c] - mean[r]) * rstd[r];
    y[r * cols + c] = (scale != nullptr ? normal * scale[c] : normal) + (shift != nullptr ? shift[c] : T(0));
  }
};

/// gy scale, the gradient that reaches the normalised value.
template <class T>
struct scaled_gradient {
  T const* gy;
  T const* scale;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return scale != nullptr ? gy[r * cols + c] * scale[c] : gy[r * cols + c]; }
};

/// gy scale (x - mean) rstd; without a scale also the terms of the scale's own gradient.
template <class T>
struct row_gradient_times_normal {
  T const* gy;
  T const* x;
  T const* mean;
  T const* rstd;
  T const* scale;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const {
    return scaled_gradient<T>{gy, scale, cols}(r, c) * (x[r * cols + c] - mean[r]) * rstd[r];
  }
};

/// gx = rstd (g - sum_g / cols - normal sum_g_normal / cols) with g = gy scale.
template <class T>
struct row_normalise_gradient_cell {
  T const* gy;
  T const* x;
  T const* mean;
  T const* rstd;
  T const* scale;
  T const* sum_g;
  T const* sum_g_normal;
  T* gx;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const {
    T const g = scaled_gradient<T>{gy, scale, cols}(r, c);
    T const normal = (x[r * cols + c] - mean[r]) * rstd[r];
    gx[r * cols + c] = rstd[r] * (g - (sum_g[r] + normal * sum_g_normal[r]) / T(cols));
  }
};

}  // namespace ssl::ops
