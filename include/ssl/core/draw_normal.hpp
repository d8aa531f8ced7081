// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

namespace ssl {

/// A standard normal deviate, from four words of the stream.
///
/// Source  Box and Muller 1958. Deviation: one of the two deviates is not used
inline double draw_normal(draws& d) {
  double const radius = std::sqrt(-2.0 * std::log(1.0 - d.uniform_double()));
  return radius * std::cos(2.0 * math::pi * d.uniform_double());
}

}  // namespace ssl
