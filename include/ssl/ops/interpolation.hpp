// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells of interpolation as a product with a matrix of weights, one matrix for each axis.
namespace ssl::ops {

/// The bicubic kernel of Keys with parameter a, at distance t >= 0.
PRETEXT_HD inline double cubic_kernel(double t, double a) {
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/// weights(o, i): share of base place i in output place o, pixel centres aligned (align_corners = false), places beyond the edge being
/// the edge; a = -0.75. `step`: base places from one output place to the next. As a cell over (out, base).
template <class T>
struct bicubic_weight_cell {
  T* weights;
  int base;
  double step;
  PRETEXT_HD void operator()(index o, index i) const {
    double const at = (static_cast<double>(o) + 0.5) * step - 0.5;
    index const before = static_cast<index>(at + 2) - 2;  // floor, since at > -2
    double sum = 0;
    for (index tap = before - 1; tap <= before + 2; ++tap)
      if (math::clamp(tap, index{0}, index{base} - 1) == i) sum += cubic_kernel(math::abs(at - static_cast<double>(tap)), -0.75);
    weights[o * base + i] = static_cast<T>(sum);
  }
};

/// The same with a kernel as wide as a step, but not narrower than a base place; places beyond the edge take no part, the rest add up to
/// 1; a = -0.5.
template <class T>
struct antialiased_weight_cell {
  T* weights;
  int base;
  double step;
  PRETEXT_HD void operator()(index o, index i) const {
    double const centre = (static_cast<double>(o) + 0.5) * step, stretch = math::max(step, 1.0), support = 2 * stretch;
    index const first = static_cast<index>(math::max(centre - support + 0.5, 0.0));
    index const end = math::min(static_cast<index>(centre + support + 0.5), index{base});
    double sum = 0, own = 0;
    for (index tap = first; tap < end; ++tap) {
      double const w = cubic_kernel(math::abs(static_cast<double>(tap) + 0.5 - centre) / stretch, -0.5);
      sum += w, own += tap == i ? w : 0;
    }
    weights[o * base + i] = static_cast<T>(own / sum);
  }
};

}  // namespace ssl::ops
