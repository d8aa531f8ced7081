// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// What masks have in common. A mask is one integer for each patch of an image, or for each pixel (patches of one pixel): a flag,
/// 1 where it hides something, or a place in an order.
namespace ssl::augmentations {

/// Square patches without gaps, as a vision transformer has them.
template <int Patch>
struct patch_mask {
  static constexpr int patch = Patch;
  static constexpr bool accepts(shape image) { return Patch > 0 && image.h % Patch == 0 && image.w % Patch == 0; }
  static constexpr shape extents(shape image) { return {1, image.h / Patch, image.w / Patch, 1}; }
};

/// How many are hidden.
inline index masked_count(std::int32_t const* mask, index places) {
  index count = 0;
  for (index i = 0; i < places; ++i) count += mask[i] != 0;
  return count;
}

}  // namespace ssl::augmentations
