// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/random_box.hpp"
#include "ssl/augmentations/resample.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// A random box of the run's size from the picture with a black border, without resizing: the crop of small images. A picture
/// that is too small even so has a wider border, and lies in the middle of it.
///
/// Requires  padding_px >= 0
/// Source    torchvision 0.28 RandomCrop, with the padding of CIFAR recipes, 4. Deviation: other random bits; small pictures
struct random_crop {
  struct options {
    int padding_px = 4;
    PRETEXT_FIELDS(padding_px)
  };
  static constexpr stage_kind kind = stage_kind::sampling;

  using drawn = crop_box;  ///< places outside the picture are black
  static drawn draw(options const& o, draws& d, shape image, image_view picture) {
    auto const start = [&](int there, int wanted) {
      int const slack = there + 2 * o.padding_px - wanted;
      return slack < 0 ? (there - wanted) / 2 : static_cast<int>(d.below(static_cast<std::uint32_t>(slack) + 1)) - o.padding_px;
    };
    int const top = start(picture.height, image.h), left = start(picture.width, image.w);
    return {top, left, image.h, image.w};
  }

  struct cropped {
    image_view picture;
    crop_box box;
    void rows(int first, tile<float> t) const {
      int const begin = math::clamp(-box.left, 0, t.width), end = math::clamp(picture.width - box.left, begin, t.width);
      for (int c = 0; c < t.channels; ++c) {
        for (int y = 0; y < t.rows; ++y) {
          int const from_y = box.top + first + y;
          bool const inside = from_y >= 0 && from_y < picture.height;
          float* const __restrict__ out = t.row(c, y);
          int const left = inside ? begin : t.width, right = inside ? end : t.width;
          for (int x = 0; x < left; ++x) out[x] = 0;
          index const row = index{from_y} * picture.width + box.left;
          for (int x = left; x < right; ++x)
            out[x] = static_cast<float>(picture.data[(row + x) * t.channels + c]) * unit_of_bytes<float>;
          for (int x = right; x < t.width; ++x) out[x] = 0;
        }
      }
    }
  };
  static cropped source(drawn const& box, image_view picture, shape, scratch&) { return {picture, box}; }
};

}  // namespace ssl::augmentations
