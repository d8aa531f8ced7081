// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells over the flat arrays of parameters. A run of blocks is a matrix: row r begins at offset + r * stride.
namespace ssl::ops {

/// average = kept * average + taken * weight, with kept + taken = 1.
template <class T>
struct moving_average_cell {
  T const* weights;
  T* average;
  T kept;
  T taken;
  PRETEXT_HD void operator()(index, index i) const { average[i] = kept * average[i] + taken * weights[i]; }
};

/// The square of a gradient, to be summed.
template <class T>
struct squared_gradient {
  T const* gradients;
  index offset;
  index stride;
  PRETEXT_HD T operator()(index r, index c) const {
    T const g = gradients[offset + r * stride + c];
    return g * g;
  }
};

/// What gradients with this sum of squares are multiplied by so that their norm is at most `norm`.
template <class T>
PRETEXT_HD PRETEXT_INLINE T clip_factor(T sum_of_squares, T norm) {
  return math::min(T(1), norm / (math::sqrt(sum_of_squares) + T(1e-6)));
}

/// Stores the factor of a sum of squares.
template <class T>
struct store_clip_factor {
  T* factor;
  T norm;
  PRETEXT_HD void operator()(index i, T sum) const { factor[i] = clip_factor(sum, norm); }
};

/// Sums of squares become factors, in place.
template <class T>
struct clip_factor_cell {
  T* factor;
  T norm;
  PRETEXT_HD void operator()(index, index i) const { factor[i] = clip_factor(factor[i], norm); }
};

enum class clipped { no, yes };
enum class averaged { no, yes };

/// One parameter: its gradient is clipped, it moves, the gradient becomes zero, and its moving average follows.
template <class Update, class T, clipped Clipped, averaged Averaged>
struct parameter_update_cell {
  Update update;
  T* weights;
  T* gradients;
  T* slots;
  index slot_stride;
  T* average;
  T kept;
  T taken;
  T const* factor;      ///< of the first row
  index factor_stride;  ///< 0: the same for all rows
  index offset;
  index stride;

  PRETEXT_HD void operator()(index r, index c) const {
    index const i = offset + r * stride + c;
    T gradient = gradients[i];
    if constexpr (Clipped == clipped::yes) gradient *= factor[r * factor_stride];
    T weight = weights[i];
    update(weight, gradient, slots + i, slot_stride);
    weights[i] = weight;
    gradients[i] = T(0);
    if constexpr (Averaged == averaged::yes) average[i] = kept * average[i] + taken * weight;
  }
};

}  // namespace ssl::ops
