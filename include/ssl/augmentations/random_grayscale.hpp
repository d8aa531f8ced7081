// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/color.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// All three channels become the grey value with a probability; nothing where pixels are no colours.
///
/// Source  torchvision 0.28 RandomGrayscale; probability of SimCLR, Chen et al. 2020, arXiv:2002.05709. Deviation: none
struct random_grayscale {
  struct options {
    float probability = 0.2f;
    PRETEXT_FIELDS(probability)
  };
  static constexpr stage_kind kind = stage_kind::pointwise;

  struct drawn {
    bool applies = false;
  };
  static drawn draw(options const& o, draws& d, shape, image_view) { return {d.chance(o.probability)}; }

  template <colours Colours>
  static void apply(drawn const& p, tile<float> t) {
    if constexpr (Colours == colours::rgb) {
      if (p.applies) grayscale(t);
    }
  }
};

}  // namespace ssl::augmentations
