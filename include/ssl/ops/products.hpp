// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/activation.hpp"

/// Elementwise products, and gates.
namespace ssl::ops {

/// a b, for sums of products along rows or columns; a may be b.
template <class T>
struct product_of {
  T const* a;
  T const* b;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return a[r * cols + c] * b[r * cols + c]; }
};

/// y = x factor, one factor for every column; its own gradient twin. y may be x.
template <class T>
struct scale_columns_cell {
  T const* x;
  T const* factor;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = x[r * cols + c] * factor[c]; }
};

/// y = x factor, one factor for every row; its own gradient twin. y may be x.
template <class T>
struct scale_rows_cell {
  T const* x;
  T const* factor;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = x[r * cols + c] * factor[r]; }
};

/// y = silu(gate) value, where a row of x holds gate and value, `cols` numbers each.
template <class T>
struct gated_silu_cell {
  T const* x;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const {
    T const* row = x + r * 2 * cols;
    y[r * cols + c] = silu_function::value(row[c]) * row[cols + c];
  }
};

/// The gradient twin, over the places of gy.
template <class T>
struct gated_silu_gradient_cell {
  T const* gy;
  T const* x;
  T* gx;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const {
    T const gate = x[r * 2 * cols + c], value = x[r * 2 * cols + cols + c], g = gy[r * cols + c];
    gx[r * 2 * cols + c] = g * value * silu_function::gradient(gate);
    gx[r * 2 * cols + cols + c] = g * silu_function::value(gate);
  }
};

}  // namespace ssl::ops
