// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/stage.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// Left becomes right.
template <class T>
void flip_horizontal(tile<T> t) {
  for (int c = 0; c < t.channels; ++c) {
    for (int y = 0; y < t.rows; ++y) {
      T* const row = t.row(c, y);
      for (int x = 0; x < t.width / 2; ++x) {
        T const left = row[x];
        row[x] = row[t.width - 1 - x];
        row[t.width - 1 - x] = left;
      }
    }
  }
}

/// Flips the image left to right with a probability.
struct random_horizontal_flip {
  struct options {
    float probability = 0.5f;
    PRETEXT_FIELDS(probability)
  };
  static constexpr stage_kind kind = stage_kind::pointwise;

  struct drawn {
    bool flips = false;
  };
  static drawn draw(options const& o, draws& d, shape, image_view) { return {d.chance(o.probability)}; }

  template <colours>
  static void apply(drawn const& p, tile<float> t) {
    if (p.flips) flip_horizontal(t);
  }
};

}  // namespace ssl::augmentations
