// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

/// Elementwise products.
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

}  // namespace ssl::ops
