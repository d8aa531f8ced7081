// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/stage.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// Inverts values of at least the threshold: v -> 1 - v.
template <class T>
void solarize(tile<T> t, T threshold) {
  for (int c = 0; c < t.channels; ++c) {
    T* const __restrict__ v = t.channel(c);
    for (int i = 0; i < t.pixels(); ++i) {
      T const inverse = T(1) - v[i];
      v[i] = v[i] >= threshold ? inverse : v[i];
    }
  }
}

/// Solarizes with a probability.
///
/// Source  torchvision 0.28 RandomSolarize; threshold and probability of BYOL's second view, Grill et al. 2020, arXiv:2006.07733,
///         appendix B. Deviation: none
struct random_solarize {
  struct options {
    float threshold = 0.5f;
    float probability = 0.2f;
    PRETEXT_FIELDS(threshold, probability)
  };
  static constexpr stage_kind kind = stage_kind::pointwise;

  struct drawn {
    float threshold = 0.5f;
    bool applies = false;
  };
  static drawn draw(options const& o, draws& d, shape, image_view) { return {o.threshold, d.chance(o.probability)}; }

  template <colours>
  static void apply(drawn const& p, tile<float> t) {
    if (p.applies) solarize(t, p.threshold);
  }
};

}  // namespace ssl::augmentations
