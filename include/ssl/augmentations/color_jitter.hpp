// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/color.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

enum class jitter_order {
  random,  ///< another order of the four adjustments for every view
  fixed,   ///< brightness, contrast, saturation, hue
};

struct color_jitter_options {
  float brightness = 0.8f;  ///< strengths s: factors are uniform in [max(0, 1 - s), 1 + s]; 0 leaves the adjustment out
  float contrast = 0.8f;
  float saturation = 0.8f;
  float hue = 0.2f;  ///< turns; the shift is uniform in [-hue, hue], at most 0.5
  float probability = 0.8f;
  PRETEXT_FIELDS(brightness, contrast, saturation, hue, probability)
};

/// Random brightness, contrast, saturation and hue. Saturation and hue do nothing where pixels are no colours; the other draws do
/// not shift by that.
///
/// Source  torchvision 0.28 ColorJitter; default strengths of SimCLR, Chen et al. 2020, arXiv:2002.05709, appendix A, s = 1.
///         Deviation: SimCLR's own code has each channel's mean in the contrast and scales S of HSV in the saturation
template <jitter_order Order = jitter_order::random>
struct color_jitter {
  using options = color_jitter_options;
  static constexpr stage_kind kind = stage_kind::split;  // at the contrast, which needs the image's mean

  enum class adjustment : unsigned char { brightness, contrast, saturation, hue };
  struct drawn {
    bool applies = false;
    adjustment order[4] = {adjustment::brightness, adjustment::contrast, adjustment::saturation, adjustment::hue};
    bool wanted[4] = {};  // by adjustment
    float factor[4] = {};
    double grey_sum = 0;
    float mean = 0;
  };

  static drawn draw(options const& o, draws& d, shape, image_view) {
    drawn p;
    p.applies = d.chance(o.probability);
    float const strength[3] = {o.brightness, o.contrast, o.saturation};
    for (int k = 0; k < 3; ++k) {
      p.wanted[k] = strength[k] > 0;
      p.factor[k] = d.uniform(math::max(0.0f, 1 - strength[k]), 1 + strength[k]);
    }
    p.wanted[3] = o.hue > 0;
    p.factor[3] = d.uniform(-o.hue, o.hue);
    if constexpr (Order == jitter_order::random) {
      for (int left = 4; left > 1; --left) {
        adjustment& chosen = p.order[d.below(static_cast<std::uint32_t>(left))];
        adjustment const kept = p.order[left - 1];
        p.order[left - 1] = chosen;
        chosen = kept;
      }
    }
    return p;
  }

  template <colours Colours>
  static void before(drawn const& p, tile<float> t) {
    if (!p.applies) return;
    for (int k = 0; p.order[k] != adjustment::contrast; ++k) adjust<Colours>(p, p.order[k], t);
  }
  template <colours Colours>
  static void measure(drawn& p, tile<float> t) {
    if (p.applies && p.wanted[1]) p.grey_sum += grey_sum<Colours>(t);
  }
  static void measured(drawn& p, shape image) { p.mean = static_cast<float>(p.grey_sum / static_cast<double>(image.tokens())); }
  template <colours Colours>
  static void after(drawn const& p, tile<float> t) {
    if (!p.applies) return;
    int k = 0;
    while (p.order[k] != adjustment::contrast) ++k;
    for (; k < 4; ++k) adjust<Colours>(p, p.order[k], t);
  }

 private:
  template <colours Colours>
  static void adjust(drawn const& p, adjustment which, tile<float> t) {
    int const k = static_cast<int>(which);
    if (!p.wanted[k]) return;
    if (which == adjustment::brightness) adjust_brightness(t, p.factor[k]);
    if (which == adjustment::contrast) adjust_contrast(t, p.factor[k], p.mean);
    if constexpr (Colours == colours::rgb) {
      if (which == adjustment::saturation) adjust_saturation(t, p.factor[k]);
      if (which == adjustment::hue) adjust_hue(t, p.factor[k]);
    }
  }
};

}  // namespace ssl::augmentations
