// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

namespace ssl::ops {

/// y = x + the same row everywhere, between rows of different strides.
template <class T>
struct add_row_strided_cell {
  T const* x;
  index x_stride;
  T const* row;
  T* y;
  index y_stride;
  PRETEXT_HD void operator()(index r, index c) const { y[r * y_stride + c] = x[r * x_stride + c] + row[c]; }
};

}  // namespace ssl::ops
