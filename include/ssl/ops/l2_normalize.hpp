// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells that bring every row to unit length.
namespace ssl::ops {

/// norm = sqrt(sum)
template <class T>
struct store_root {
  T* norm;
  PRETEXT_HD void operator()(index r, T sum) const { norm[r] = math::sqrt(sum); }
};

/// y = x / max(norm, smallest); y may be x.
template <class T>
struct unit_row_cell {
  T const* x;
  T const* norm;
  T* y;
  index cols;
  T smallest;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = x[r * cols + c] / math::max(norm[r], smallest); }
};

/// gx = (gy - y (y . gy)) / norm; where the norm was raised to `smallest`, gx = gy / smallest.
template <class T>
struct unit_row_gradient_cell {
  T const* gy;
  T const* y;
  T const* norm;
  T const* dot;
  T* gx;
  index cols;
  T smallest;
  PRETEXT_HD void operator()(index r, index c) const {
    T const g = gy[r * cols + c];
    gx[r * cols + c] = norm[r] > smallest ? (g - y[r * cols + c] * dot[r]) / norm[r] : g / smallest;
  }
};

}  // namespace ssl::ops
