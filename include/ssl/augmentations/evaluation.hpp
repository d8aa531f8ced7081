// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/resample.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/image.hpp"
#include "ssl/core/math.hpp"

namespace ssl::augmentations {

/// The view that features are computed from: the picture as it is, only converted and normalised, in the way the chains do it.
///
/// Formula  out = (value / 255 - mean) / deviation, per channel
/// Shapes   picture: (H, W, C), 8 bit; out: (H, W, C)
inline void to_float(image_view picture, channel_statistics const& statistics, float* __restrict__ out) {
  index const pixels = index{picture.height} * picture.width;
  for (int c = 0; c < picture.channels; ++c) {
    bool const known = c < channel_statistics::capacity;
    float const mean = known ? statistics.mean[c] : 0.0f, scale = known ? 1.0f / statistics.deviation[c] : 1.0f;
    float value[256];
    for (int v = 0; v < 256; ++v) value[v] = static_cast<float>(v) * unit_of_bytes<float>;
    for (float& v : value) v = (v - mean) * scale;
    for (index i = c; i < pixels * picture.channels; i += picture.channels) out[i] = value[picture.data[i]];
  }
}

/// The same where the picture may have another size than the image: it is then resized first (bilinear, antialiased).
///
/// Shapes  picture: (any, any, C), 8 bit; out: (H, W, C) of the image
/// Source  torchvision's Resize of a float tensor with antialias. Deviation: sums round otherwise
inline void to_float(image_view picture, shape image, channel_statistics const& statistics, float* out, scratch& memory) {
  if (picture.height == image.h && picture.width == image.w) return to_float(picture, statistics, out);
  index const pixels = image.tokens();
  float* const planes = memory.floats(0, pixels * picture.channels);
  resize_crop<resample_config{}>(picture, {0, 0, picture.height, picture.width}, image.h, image.w, planes, memory);
  for (int c = 0; c < picture.channels; ++c) {
    bool const known = c < channel_statistics::capacity;
    float const mean = known ? statistics.mean[c] : 0.0f, scale = known ? 1.0f / statistics.deviation[c] : 1.0f;
    for (index i = 0; i < pixels; ++i) out[i * picture.channels + c] = (planes[c * pixels + i] - mean) * scale;
  }
}

/// The inverse, clamped: a view as a picture for people.
///
/// Formula  picture = 255 clamp(value deviation + mean, 0, 1), rounded, per channel
/// Shapes   view: (H, W, C) of `size`; picture: the same, 8 bit
inline void to_bytes(float const* view, shape size, channel_statistics const& statistics, std::uint8_t* picture) {
  for (index i = 0; i < size.tokens() * size.c; ++i) {
    index const c = i % size.c;
    float const unit = c < channel_statistics::capacity ? view[i] * statistics.deviation[c] + statistics.mean[c] : view[i];
    picture[i] = static_cast<std::uint8_t>(255 * math::min(math::max(unit, 0.0f), 1.0f) + 0.5f);
  }
}

}  // namespace ssl::augmentations
