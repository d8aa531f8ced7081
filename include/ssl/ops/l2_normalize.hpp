// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/products.hpp"

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

/// Norms shorter than this are raised to it.
template <class T>
inline constexpr T smallest_norm = T(1e-12);

/// y = x / max(|x|, 1e-12), a whole row at a time, as a cell over (row, 0); y may be x. For few rows, or where there is no scratch.
template <class T>
struct unit_length_cell {
  T const* x;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index) const {
    T sum = 0;
    for (index c = 0; c < cols; ++c) sum += x[r * cols + c] * x[r * cols + c];
    T const norm = math::max(math::sqrt(sum), smallest_norm<T>);
    for (index c = 0; c < cols; ++c) y[r * cols + c] = x[r * cols + c] / norm;
  }
};

/// unit = x / max(norm, 1e-12), norm = |x|, for every row.
template <class Backend, class T>
void normalise_rows(typename Backend::context& context, index rows, index cols, T const* x, T* norm, T* unit) {
  Backend::sum_rows(context, rows, cols, product_of<T>{x, x, cols}, store_root<T>{norm});
  Backend::map2d(context, rows, cols, unit_row_cell<T>{x, norm, unit, cols, smallest_norm<T>});
}

/// The gradient of x from that of unit; gx may be g. dot: scratch, one number a row.
template <class Backend, class T>
void normalise_rows_gradient(typename Backend::context& context, index rows, index cols, T const* g, T const* unit, T const* norm,
                             T* dot, T* gx) {
  Backend::sum_rows(context, rows, cols, product_of<T>{g, unit, cols}, store<T>{dot});
  Backend::map2d(context, rows, cols, unit_row_gradient_cell<T>{g, unit, norm, dot, gx, cols, smallest_norm<T>});
}

}  // namespace ssl::ops
