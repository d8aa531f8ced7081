// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/products.hpp"

/// Softmax along rows: its cells, and the order in which they run.
namespace ssl::ops {

/// largest = max of a row, as a cell over (row, 0).
template <class T>
struct row_max_cell {
  T const* x;
  T* largest;
  index cols;
  PRETEXT_HD void operator()(index r, index) const {
    T best = x[r * cols];
    for (index c = 1; c < cols; ++c) best = math::max(best, x[r * cols + c]);
    largest[r] = best;
  }
};

/// y = exp(x - largest of the row); y may be x.
template <class T>
struct shifted_exponential_cell {
  T const* x;
  T const* largest;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = math::exp(x[r * cols + c] - largest[r]); }
};

/// y /= sum of the row
template <class T>
struct divide_row_cell {
  T const* sum;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] /= sum[r]; }
};

/// gx = y (gy - dot of the row); gx may be gy.
template <class T>
struct softmax_gradient_cell {
  T const* gy;
  T const* y;
  T const* dot;
  T* gx;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { gx[r * cols + c] = y[r * cols + c] * (gy[r * cols + c] - dot[r]); }
};

/// y = exp(x) / sum over the row of exp(x), by way of x - max; y may be x. Workspace: rows. Tuned form: Backend::softmax_rows(context,
/// rows, cols, x, y).
template <class Backend, class T>
void softmax_rows(typename Backend::context& context, index rows, index cols, T const* x, T* y, T* workspace) {
  if constexpr (requires { Backend::softmax_rows(context, rows, cols, x, y); }) {
    Backend::softmax_rows(context, rows, cols, x, y);
  } else {
    Backend::map2d(context, rows, 1, row_max_cell<T>{x, workspace, cols});
    Backend::map2d(context, rows, cols, shifted_exponential_cell<T>{x, workspace, y, cols});
    Backend::sum_rows(context, rows, cols, value_at<T>{y, cols}, store<T>{workspace});
    Backend::map2d(context, rows, cols, divide_row_cell<T>{workspace, y, cols});
  }
}

/// gx = y (gy - y . gy) for every row; gx may be gy. Workspace: rows. Tuned form: Backend::softmax_rows_gradient(context, rows, cols,
/// gy, y, gx).
template <class Backend, class T>
void softmax_rows_gradient(typename Backend::context& context, index rows, index cols, T const* gy, T const* y, T* gx, T* workspace) {
  if constexpr (requires { Backend::softmax_rows_gradient(context, rows, cols, gy, y, gx); }) {
    Backend::softmax_rows_gradient(context, rows, cols, gy, y, gx);
  } else {
    Backend::sum_rows(context, rows, cols, product_of<T>{gy, y, cols}, store<T>{workspace});
    Backend::map2d(context, rows, cols, softmax_gradient_cell<T>{gy, y, workspace, gx, cols});
  }
}

}  // namespace ssl::ops
