// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

/// Cells of losses that compare values with targets.
namespace ssl::ops {

/// (x - y)^2, to be summed.
template <class T>
struct squared_difference {
  T const* x;
  T const* y;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const {
    T const d = x[r * cols + c] - y[r * cols + c];
    return d * d;
  }
};

/// gx = factor (x - y): the gradient twin.
template <class T>
struct scaled_difference_cell {
  T const* x;
  T const* y;
  T* gx;
  index cols;
  T factor;
  PRETEXT_HD void operator()(index r, index c) const { gx[r * cols + c] = factor * (x[r * cols + c] - y[r * cols + c]); }
};

/// Stores factor * sum + offset.
template <class T>
struct store_affine {
  T* out;
  T factor;
  T offset;
  PRETEXT_HD void operator()(index i, T sum) const { out[i] = factor * sum + offset; }
};

}  // namespace ssl::ops
