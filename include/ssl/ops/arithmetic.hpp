// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

/// Cells that move and add: over arrays of rows x cols, dense unless a stride is given.
namespace ssl::ops {

/// y = x
template <class T>
struct copy_cell {
  T const* x;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = x[r * cols + c]; }
};

/// y = value
template <class T>
struct fill_cell {
  T* y;
  index cols;
  T value;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = value; }
};

/// y = a + b; y may be a or b.
template <class T>
struct add_cell {
  T const* a;
  T const* b;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = a[r * cols + c] + b[r * cols + c]; }
};

/// y += x
template <class T>
struct accumulate_cell {
  T const* x;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] += x[r * cols + c]; }
};

/// y = x, between types.
template <class From, class To>
struct convert_cell {
  From const* x;
  To* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = static_cast<To>(x[r * cols + c]); }
};

/// The value to be summed, for sum_rows and sum_cols.
template <class T>
struct value_at {
  T const* x;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return x[r * cols + c]; }
};

/// Stores a sum.
template <class T>
struct store {
  T* out;
  PRETEXT_HD void operator()(index i, T sum) const { out[i] = sum; }
};

/// Adds a sum to what is there: gradients of parameters accumulate.
template <class T>
struct store_added {
  T* out;
  PRETEXT_HD void operator()(index i, T sum) const { out[i] += sum; }
};

}  // namespace ssl::ops
