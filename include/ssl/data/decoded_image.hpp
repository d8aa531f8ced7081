// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>
#include <vector>

#include "ssl/core/image.hpp"

namespace ssl::data {

/// One image that was decoded, and its pixels. It is not to be seen as an image_view while it is a temporary.
///
/// Shapes  pixels: (height, width, channels)
struct decoded_image {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<std::uint8_t> pixels;

  operator image_view() const& { return {pixels.data(), height, width, channels}; }
  operator image_view() && = delete;
  operator image_view() const&& = delete;
};
static_assert(picture<decoded_image>);

struct image_options {
  int channels = 3;                       ///< 3, or 1: colours become their luma, grey becomes three equal channels
  int min_side = 0;                       ///< a JPEG may be decoded smaller, by eighths, while both sides keep so many pixels
  index max_pixels = index{1} << 27;      ///< refuse an image of more
  index max_file_bytes = index{1} << 28;  ///< refuse a file of more
};

}  // namespace ssl::data
