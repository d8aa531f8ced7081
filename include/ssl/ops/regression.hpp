// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

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

/// What a place weighs: `visible` where its mask is 0, else 1.
template <class T>
struct place_weight {
  std::int32_t const* mask;
  T visible;
  PRETEXT_HD T operator()(index place) const { return mask[place] == 0 ? visible : T(1); }
};

/// weight (x - y)^2, to be summed.
template <class T>
struct weighted_squared_difference {
  squared_difference<T> square;
  place_weight<T> weight;
  PRETEXT_HD T operator()(index r, index c) const { return weight(r) * square(r, c); }
};

/// gx = weight factor (x - y): the gradient twin.
template <class T>
struct weighted_difference_cell {
  scaled_difference_cell<T> difference;
  place_weight<T> weight;
  PRETEXT_HD void operator()(index r, index c) const {
    difference(r, c);
    difference.gx[r * difference.cols + c] *= weight(r);
  }
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
