// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/resample.hpp"
#include "ssl/core/image.hpp"

namespace ssl::evaluation {

/// A picture whose hidden pixels are those of a prediction; what was visible stays, the ring that is predicted besides too.
///
/// Shapes   picture: (H, W, C), 8 bit, the context or the whole one; mask: (h, w) of `part`, 1 where it hides; predicted: (h, w, C) of
///          `part`, normalised by `statistics`; returns (H, W, C), 8 bit
/// Source   pathak22/context-encoder: demo.lua
template <class T>
std::vector<std::uint8_t> filled(image_view picture, augmentations::crop_box part, std::int32_t const* mask, T const* predicted,
                                 augmentations::channel_statistics const& statistics) {
  int const channels = picture.channels;
  std::vector<std::uint8_t> out(picture.data, picture.data + index{picture.height} * picture.width * channels);
  for (int y = 0; y < part.height; ++y)
    for (int x = 0; x < part.width; ++x) {
      index const from = index{y} * part.width + x, to = index{part.top + y} * picture.width + part.left + x;
      if (mask[from] == 0) continue;
      for (int c = 0; c < channels; ++c) {
        double const value = static_cast<double>(predicted[from * channels + c]);
        double const unit = value * static_cast<double>(statistics.deviation[c]) + static_cast<double>(statistics.mean[c]);
        out[static_cast<std::size_t>(to * channels + c)] =
            static_cast<std::uint8_t>(std::lround(255 * std::clamp(unit, 0.0, 1.0)));
      }
    }
  return out;
}

}  // namespace ssl::evaluation
