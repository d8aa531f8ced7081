// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/random_box.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/draw_normal.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

enum class erase_with {
  zero,   ///< behind a normalisation: the mean colour
  noise,  ///< a standard normal deviate for every pixel and channel
};

/// Overwrites the part of a box that lies in a tile by value(c, y, x) of the place in the image.
template <class T, class Value>
void erase(tile<T> t, crop_box box, Value value) {
  int const top = math::max(box.top, t.first), bottom = math::min(box.top + box.height, t.first + t.rows);
  for (int c = 0; c < t.channels; ++c)
    for (int y = top; y < bottom; ++y)
      for (int x = box.left; x < box.left + box.width; ++x) t.row(c, y - t.first)[x] = static_cast<T>(value(c, y, x));
}

/// Overwrites a random box with a probability: area uniform in the scale, logarithm of the aspect ratio uniform, place uniform;
/// nothing after ten boxes that were not smaller than the image. It stands behind the normalisation.
///
/// Source  torchvision 0.28 RandomErasing, timm's `const` and `pixel` mode; Zhong et al. 2017, arXiv:1708.04896; probability of
///         MAE's fine-tuning. Deviation: none in the law
template <erase_with With = erase_with::noise>
struct random_erasing {
  struct options {
    float scale_low = 0.02f;  ///< of the image's area
    float scale_high = 1.0f / 3.0f;
    float ratio_low = 0.3f;  ///< width over height
    float ratio_high = 1.0f / 0.3f;
    float probability = 0.25f;
    PRETEXT_FIELDS(scale_low, scale_high, ratio_low, ratio_high, probability)
  };
  static constexpr stage_kind kind = stage_kind::pointwise;

  struct drawn {
    crop_box box;  ///< empty: nothing is erased
    draws noise{draw_key{}};
  };
  static drawn draw(options const& o, draws& d, shape image, image_view) {
    drawn p{.box = {}, .noise = d};
    if (!d.chance(o.probability)) return p;
    double const area = static_cast<double>(image.tokens());
    for (int tries = 0; tries < 10; ++tries) {
      crop_box const box =
          box_of(area * uniform_between(d, o.scale_low, o.scale_high), log_uniform_between(d, o.ratio_low, o.ratio_high));
      if (box.height >= image.h || box.width >= image.w) continue;
      p.box = placed(box, d, image.h, image.w);
      break;
    }
    return p;
  }

  template <colours>
  static void apply(drawn const& p, tile<float> t) {
    erase(t, p.box, [&](int c, int y, int x) {
      if constexpr (With == erase_with::zero) {
        return 0.0;
      } else {
        draws place = p.noise.from_block(first_noise + static_cast<std::uint32_t>((y * t.width + x) * t.channels + c));
        return draw_normal(place);
      }
    });
  }

 private:
  static constexpr std::uint32_t first_noise = 1u << 16;  // beyond every block that the box can use
};

}  // namespace ssl::augmentations
