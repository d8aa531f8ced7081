// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/color.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

enum class jitter_order {
  random,  ///< another order of the four adjustments for every view
  fixed,   ///< brightness, contrast, saturation, hue
};

enum class jitter_form {
  torchvision,
  simclr,            ///< contrast of each channel, saturation in HSV
  simclr_version_1,  ///< and brightness by adding: of [-s, s]
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
///         In the forms of SimCLR's own code contrast needs at most channel_statistics::capacity channels
template <jitter_order Order = jitter_order::random, jitter_form Form = jitter_form::torchvision>
struct color_jitter {
  using options = color_jitter_options;
  static constexpr bool by_channel = Form != jitter_form::torchvision;
  static constexpr int means = by_channel ? channel_statistics::capacity : 1;
  static constexpr stage_kind kind = stage_kind::split;  // at the contrast, which needs the image's mean

  static constexpr bool accepts(shape image) { return !by_channel || image.c <= channel_statistics::capacity; }

  enum class adjustment : unsigned char { brightness, contrast, saturation, hue };
  struct drawn {
    bool applies = false;
    adjustment order[4] = {adjustment::brightness, adjustment::contrast, adjustment::saturation, adjustment::hue};
    bool wanted[4] = {};  // by adjustment
    float factor[4] = {};
    double sum[means] = {};
    float mean[means] = {};
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
    if (!p.applies || !p.wanted[1]) return;
    if constexpr (by_channel) {
      for (int c = 0; c < t.channels; ++c) p.sum[c] += detail::sum_of(t.channel(c), t.pixels());
    } else {
      p.sum[0] += grey_sum<Colours>(t);
    }
  }
  static void measured(drawn& p, shape image) {
    for (int c = 0; c < means; ++c) p.mean[c] = static_cast<float>(p.sum[c] / static_cast<double>(image.tokens()));
  }
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
    float const f = p.factor[k];
    if (which == adjustment::brightness) brightness(t, f);
    if (which == adjustment::contrast) contrast(t, f, p.mean);
    if constexpr (Colours == colours::rgb) {
      if (which == adjustment::saturation) saturation(t, f);
      if (which == adjustment::hue) adjust_hue(t, f);
    }
  }

  static void brightness(tile<float> t, float factor) {
    if constexpr (Form == jitter_form::simclr_version_1)
      add_brightness(t, factor - 1);
    else
      adjust_brightness(t, factor);
  }
  static void contrast(tile<float> t, float factor, float const* mean) {
    if constexpr (by_channel)
      adjust_contrast_of_channels(t, factor, mean);
    else
      adjust_contrast(t, factor, mean[0]);
  }
  static void saturation(tile<float> t, float factor) {
    if constexpr (by_channel)
      scale_saturation(t, factor);
    else
      adjust_saturation(t, factor);
  }
};

}  // namespace ssl::augmentations
