// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/stage.hpp"
#include "ssl/core/philox.hpp"
#include "ssl/ops/lab.hpp"

namespace ssl::augmentations {

/// Red, green, blue become L, a, b of CIE Lab, for colorization: the encoder sees channel 0, channels 1 and 2 are what it must
/// find. The last stage of a chain.
///
/// Formula   ((L - lightness_mean) / lightness_scale, a / ab_scale, b / ab_scale)
/// Requires  three channels
/// Errors    compile time: E132
/// Source    Zhang et al. 2016, arXiv:1603.08511: L - 50 and a, b as they are; the scales 100 and 110 are those of the authors'
///           later code
struct to_lab {
  struct options {
    float lightness_mean = ops::lab_lightness_mean<float>;
    float lightness_scale = ops::lab_lightness_scale<float>;
    float ab_scale = ops::lab_ab_scale<float>;
    PRETEXT_FIELDS(lightness_mean, lightness_scale, ab_scale)
  };
  static constexpr stage_kind kind = stage_kind::pointwise;
  static constexpr bool accepts(shape image) { return image.c == 3; }

  using drawn = options;
  static drawn draw(options const& o, draws&, shape, image_view) { return o; }

  template <colours Colours>
  static void apply(drawn const& p, tile<float> t) {
    if constexpr (Colours == colours::rgb) {
      for (int i = 0; i < t.pixels(); ++i) {
        float* const v[3] = {t.channel(0) + i, t.channel(1) + i, t.channel(2) + i};
        ops::colour<float> const lab = ops::srgb_to_lab(ops::colour<float>{{*v[0], *v[1], *v[2]}});
        *v[0] = (lab.v[0] - p.lightness_mean) / p.lightness_scale;
        *v[1] = lab.v[1] / p.ab_scale;
        *v[2] = lab.v[2] / p.ab_scale;
      }
    }
  }
};

}  // namespace ssl::augmentations
