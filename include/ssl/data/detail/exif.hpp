// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>
#include <span>

#include "ssl/data/decoded_image.hpp"

namespace ssl::data::detail {

/// Orientation (1 to 8) in a block of EXIF, which is a TIFF file; 1 where there is none, or where the block is damaged.
/// Source  EXIF 2.32, sections 4.5 and 4.6.4 (tag 0x0112)
inline int exif_orientation(std::span<std::uint8_t const> tiff) {
  if (tiff.size() < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) return 1;
  bool const little = tiff[0] == 'I';
  auto const number = [&](std::size_t at, std::size_t bytes) {
    std::uint32_t value = 0;
    for (std::size_t k = 0; k < bytes; ++k) value = value << 8 | tiff[at + (little ? bytes - 1 - k : k)];
    return value;
  };
  std::size_t const directory = number(4, 4);
  if (number(2, 2) != 42 || directory > tiff.size() - 2) return 1;
  std::size_t const entries = number(directory, 2);
  for (std::size_t k = 0, at = directory + 2; k < entries && tiff.size() - at >= 12; ++k, at += 12) {
    if (number(at, 2) != 0x0112 || number(at + 2, 2) != 3) continue;
    std::uint32_t const orientation = number(at + 8, 2);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

/// The image turned as its EXIF orientation (1 to 8) says it is to be seen.
inline decoded_image upright(decoded_image stored, int orientation) {
  if (orientation <= 1 || orientation > 8) return stored;
  bool const transposed = orientation >= 5;
  bool const from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  bool const from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  decoded_image seen{transposed ? stored.width : stored.height, transposed ? stored.height : stored.width, stored.channels, {}};
  seen.pixels.reserve(stored.pixels.size());
  for (int y = 0; y < seen.height; ++y) {
    for (int x = 0; x < seen.width; ++x) {
      int row = transposed ? x : y, column = transposed ? y : x;
      if (from_below) row = stored.height - 1 - row;
      if (from_right) column = stored.width - 1 - column;
      std::uint8_t const* const pixel = stored.pixels.data() + (index{row} * stored.width + column) * stored.channels;
      seen.pixels.insert(seen.pixels.end(), pixel, pixel + stored.channels);
    }
  }
  return seen;
}

}  // namespace ssl::data::detail
