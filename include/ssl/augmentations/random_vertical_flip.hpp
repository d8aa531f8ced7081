// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// Rows of a planar image, top becomes bottom.
template <class T>
struct vertical_flip {
  tile<T> whole;

  void rows(int first, tile<T> t) const {
    for (int c = 0; c < t.channels; ++c) {
      for (int y = 0; y < t.rows; ++y) {
        T const* __restrict__ const in = whole.row(c, whole.rows - 1 - (first + y));
        T* __restrict__ const out = t.row(c, y);
        for (int x = 0; x < t.width; ++x) out[x] = in[x];
      }
    }
  }
};

/// Flips the image top to bottom with a probability: for pictures without an up, such as those of satellites and microscopes.
///
/// Source  torchvision 0.28 RandomVerticalFlip. Deviation: none
struct random_vertical_flip {
  struct options {
    float probability = 0.5f;
    PRETEXT_FIELDS(probability)
  };
  static constexpr stage_kind kind = stage_kind::neighbourhood;

  struct drawn {
    bool flips = false;
  };
  static drawn draw(options const& o, draws& d, shape, image_view) { return {d.chance(o.probability)}; }
  static bool active(drawn const& p) { return p.flips; }
  static vertical_flip<float> source(drawn const&, tile<float> whole, scratch&) { return {whole}; }
};

}  // namespace ssl::augmentations
