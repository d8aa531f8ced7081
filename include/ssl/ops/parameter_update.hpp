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

/// The square of a number, to be summed.
template <class T>
struct squared_value {
  T const* values;
  index offset;
  index stride;
  PRETEXT_HD T operator()(index r, index c) const {
    T const x = values[offset + r * stride + c];
    return x * x;
  }
};

/// What gradients with this sum of squares are multiplied by so that their norm is at most `norm`.
template <class T>
PRETEXT_HD PRETEXT_INLINE T clip_factor(T sum_of_squares, T norm, T epsilon) {
  return math::min(T(1), norm / (math::sqrt(sum_of_squares) + epsilon));
}

/// Stores the factor of a sum of squares.
template <class T>
struct store_clip_factor {
  T* factor;
  T norm;
  T epsilon;
  PRETEXT_HD void operator()(index i, T sum) const { factor[i] = clip_factor(sum, norm, epsilon); }
};

/// Sums of squares become factors, in place.
template <class T>
struct clip_factor_cell {
  T* factor;
  T norm;
  T epsilon;
  PRETEXT_HD void operator()(index, index i) const { factor[i] = clip_factor(factor[i], norm, epsilon); }
};

/// Does an update depend on the norms of its whole tensor?
template <class Update>
concept adapts_to_tensors = requires {
  &Update::trust;
};

enum class clipped { no, yes };

/// The square of what an update measures in one parameter, to be summed.
template <class Update, class T, clipped Clipped>
struct squared_measure {
  Update update;
  T const* weights;
  T const* gradients;
  T const* slots;
  index slot_stride;
  T const* factor;  ///< of clipping, as in parameter_update_cell
  index factor_stride;
  index offset;
  index stride;
  PRETEXT_HD T operator()(index r, index c) const {
    index const i = offset + r * stride + c;
    T gradient = gradients[i];
    if constexpr (Clipped == clipped::yes) gradient *= factor[r * factor_stride];
    T const x = update.measured(weights[i], gradient, slots + i, slot_stride);
    return x * x;
  }
};

/// Sums of squares of the weights become the trust ratios of their tensors, given those of what the update measures.
template <class Update, class T>
struct store_trust {
  Update update;
  T* trust;
  PRETEXT_HD void operator()(index i, T sum) const { trust[i] = update.trust(math::sqrt(trust[i]), math::sqrt(sum)); }
};

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
  T const* trust;       ///< of the first row, where the update adapts to tensors
  index offset;
  index stride;

  PRETEXT_HD void operator()(index r, index c) const {
    index const i = offset + r * stride + c;
    T gradient = gradients[i];
    if constexpr (Clipped == clipped::yes) gradient *= factor[r * factor_stride];
    T weight = weights[i];
    if constexpr (adapts_to_tensors<Update>)
      update(weight, gradient, slots + i, slot_stride, trust[r]);
    else
      update(weight, gradient, slots + i, slot_stride);
    weights[i] = weight;
    gradients[i] = T(0);
    if constexpr (Averaged == averaged::yes) average[i] = kept * average[i] + taken * weight;
  }
};

}  // namespace ssl::ops
