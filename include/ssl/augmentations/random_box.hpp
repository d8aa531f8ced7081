// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/resample.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

/// \file
/// Random rectangles: crops, what is erased, what is masked. They have the same bits on every machine: products of two floats are
/// exact in double, so that fused multiply-add changes nothing; square roots are correctly rounded; no logarithm is taken.
namespace ssl::augmentations {

inline double uniform_between(draws& d, float low, float high) {
  return static_cast<double>(low) + static_cast<double>(high - low) * static_cast<double>(d.uniform());
}

/// A number whose logarithm is uniform: its density 1/r comes from a uniform one kept with probability low / r.
///
/// Requires  0 < low <= high
inline double log_uniform_between(draws& d, float low, float high) {
  double r = uniform_between(d, low, high);
  while (r * static_cast<double>(d.uniform()) >= static_cast<double>(low)) r = uniform_between(d, low, high);
  return r;
}

/// Sides of a box of about `area` whose width is `ratio` times its height.
inline crop_box box_of(double area, double ratio) {
  return {.height = static_cast<int>(math::sqrt(area / ratio) + 0.5), .width = static_cast<int>(math::sqrt(area * ratio) + 0.5)};
}

/// Puts a box anywhere within height x width.
inline crop_box placed(crop_box box, draws& d, int height, int width) {
  box.top = static_cast<int>(d.below(static_cast<std::uint32_t>(height - box.height + 1)));
  box.left = static_cast<int>(d.below(static_cast<std::uint32_t>(width - box.width + 1)));
  return box;
}

}  // namespace ssl::augmentations
