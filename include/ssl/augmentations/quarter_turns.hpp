// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// Where the pixels of one row of a turned image come from: pixel x from place start + x * step of the plane.
struct pixel_path {
  index start = 0;
  index step = 1;
};

/// Row y of an image of height x width pixels after 0 to 3 quarter turns counter-clockwise.
constexpr pixel_path turned_row(int turns, int y, int height, int width) {
  switch (turns) {
    case 1: return {width - 1 - y, width};
    case 2: return {index{height - y} * width - 1, -1};
    case 3: return {index{height - 1} * width + y, -width};
    default: return {index{y} * width, 1};
  }
}

/// Copies an image turned by 0 to 3 quarter turns counter-clockwise; pixels move and do not change.
///
/// Shapes  in: (H, W, C) of `size`; out: (H, W, C), after 1 or 3 turns (W, H, C); apart from each other
/// Source  numpy.rot90
template <class T>
void turn_quarters(T const* __restrict__ in, shape size, int turns, T* __restrict__ out) {
  int const rows = turns % 2 == 0 ? size.h : size.w, width = turns % 2 == 0 ? size.w : size.h;
  for (int y = 0; y < rows; ++y) {
    pixel_path const from = turned_row(turns, y, size.h, size.w);
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < size.c; ++c) *out++ = in[(from.start + x * from.step) * size.c + c];
  }
}

/// Turns the image by a random number of quarter turns, each of the four equally often.
///
/// Requires  a square image
/// Errors    compile time: E132
struct random_quarter_turn {
  struct options {};
  static constexpr stage_kind kind = stage_kind::neighbourhood;
  static constexpr bool accepts(shape image) { return image.h == image.w; }

  struct drawn {
    int turns = 0;  ///< counter-clockwise
  };
  static drawn draw(options const&, draws& d, shape, image_view) { return {static_cast<int>(d.below(4))}; }
  static bool active(drawn const& p) { return p.turns != 0; }

  struct turned {
    int turns;
    tile<float> whole;
    void rows(int first, tile<float> t) const {
      for (int c = 0; c < t.channels; ++c) {
        for (int y = 0; y < t.rows; ++y) {
          pixel_path const from = turned_row(turns, first + y, whole.rows, whole.width);
          float const* const in = whole.channel(c) + from.start;
          float* const __restrict__ out = t.row(c, y);
          for (int x = 0; x < t.width; ++x) out[x] = in[x * from.step];
        }
      }
    }
  };
  static turned source(drawn const& p, tile<float> whole, scratch&) { return {p.turns, whole}; }
};

/// The task of RotNet: all four rotations of one view, whose number is to be told.
///
/// Shapes    group 0: 4 views (H, W, C), view k turned by k quarter turns counter-clockwise; label wire 0: 4 entries, entry k is
///           k
/// Requires  a square image
/// Errors    compile time: E132
/// Source    Gidaris et al. 2018, arXiv:1803.07728, and FeatureLearningRotNet dataloader.py. Deviation: a batch holds its views
///           view-major, where the published loader has the four rotations of an image one after another
struct all_quarter_turns {
  struct options {};
  static constexpr bool accepts(shape image) { return image.h == image.w; }
  static constexpr view_layout layout(shape image) {
    return {.groups = 1, .group = {{4, image.with_batch(1)}}, .label_wires = 1, .labels = {4}, .classes = {4}};
  }
  static void apply(shape image, options const&, draws&, float const* view, sample_output const& out, scratch&) {
    for (int k = 0; k < 4; ++k) {
      turn_quarters(view, image.with_batch(1), k, out.view(layout(image), 0, k));
      out.label(0, k) = k;
    }
  }
};

}  // namespace ssl::augmentations
