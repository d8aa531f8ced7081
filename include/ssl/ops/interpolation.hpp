// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells of interpolation as a product with a matrix of weights, one matrix for each axis.
namespace ssl::ops {

/// The bicubic kernel of Keys with A = -0.75, at distance t >= 0.
PRETEXT_HD inline double cubic_kernel(double t) {
  constexpr double a = -0.75;
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/// weights(o, i): share of base place i in output place o, for `base` places stretched over `out`: pixel centres are aligned
/// (align_corners = false), places beyond the edge are the edge. As a cell over (out, base).
template <class T>
struct bicubic_weight_cell {
  T* weights;
  int base;
  int out;
  PRETEXT_HD void operator()(index o, index i) const {
    double const at = (static_cast<double>(o) + 0.5) * base / out - 0.5;
    index const before = static_cast<index>(at + 2) - 2;  // floor, since at > -2
    double sum = 0;
    for (index tap = before - 1; tap <= before + 2; ++tap)
      if (math::clamp(tap, index{0}, index{base} - 1) == i) sum += cubic_kernel(math::abs(at - static_cast<double>(tap)));
    weights[o * base + i] = static_cast<T>(sum);
  }
};

}  // namespace ssl::ops
