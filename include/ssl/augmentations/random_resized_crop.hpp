// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/random_box.hpp"
#include "ssl/augmentations/resample.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

struct random_resized_crop_options {
  float scale_low = 0.08f;  ///< of the picture's area
  float scale_high = 1.0f;
  float ratio_low = 3.0f / 4.0f;  ///< width over height
  float ratio_high = 4.0f / 3.0f;
  PRETEXT_FIELDS(scale_low, scale_high, ratio_low, ratio_high)
};

/// A random box of a picture: area uniform in the scale, logarithm of the aspect ratio uniform, place uniform; after ten boxes
/// that did not fit, the largest central box whose ratio is allowed.
///
/// Requires  0 < scale_low <= scale_high, 0 < ratio_low <= ratio_high
/// Source    torchvision 0.28 RandomResizedCrop.get_params. Deviation: other random bits
inline crop_box draw_crop_box(random_resized_crop_options const& o, draws& d, int height, int width) {
  auto const rounded = [](double x) { return static_cast<int>(x + 0.5); };
  double const picture = static_cast<double>(height) * width;
  for (int tries = 0; tries < 10; ++tries) {
    double const area = picture * uniform_between(d, o.scale_low, o.scale_high);
    crop_box const box = box_of(area, log_uniform_between(d, o.ratio_low, o.ratio_high));
    if (box.width >= 1 && box.width <= width && box.height >= 1 && box.height <= height) return placed(box, d, height, width);
  }
  int w = width, h = height;
  double const ratio = static_cast<double>(width) / height;
  if (ratio < static_cast<double>(o.ratio_low)) h = math::min(height, rounded(width / static_cast<double>(o.ratio_low)));
  if (ratio > static_cast<double>(o.ratio_high)) w = math::min(width, rounded(height * static_cast<double>(o.ratio_high)));
  w = math::max(w, 1), h = math::max(h, 1);
  return {(height - h) / 2, (width - w) / 2, h, w};
}

/// A random crop of the picture, resized to the run's image.
///
/// Source  torchvision 0.28 RandomResizedCrop; scale and ratio of Szegedy et al. 2015, arXiv:1409.4842. Deviation: a bicubic
///         result is clamped to [0, 1], as 8-bit images are
template <resample_config Config = resample_config{}>
struct random_resized_crop {
  using options = random_resized_crop_options;
  static constexpr stage_kind kind = stage_kind::sampling;

  using drawn = crop_box;
  static drawn draw(options const& o, draws& d, shape, image_view picture) {
    return draw_crop_box(o, d, picture.height, picture.width);
  }

  struct clamped : resampler<Config, float> {
    using resampler<Config, float>::resampler;
    void rows(int first, tile<float> t) const {
      resampler<Config, float>::rows(first, t);
      if constexpr (Config.filter == filter::bicubic) {
        for (int c = 0; c < t.channels; ++c) {
          float* const __restrict__ v = t.channel(c);
          for (int i = 0; i < t.pixels(); ++i) v[i] = math::clamp(v[i], 0.0f, 1.0f);
        }
      }
    }
  };
  static clamped source(drawn const& box, image_view picture, shape image, scratch& memory) {
    return {picture, box, image.h, image.w, memory};
  }
};

}  // namespace ssl::augmentations
