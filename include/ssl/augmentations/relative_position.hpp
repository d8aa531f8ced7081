// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"
#include "ssl/augmentations/piece.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// Two patches of a grid, by their numbers row by row, and the place of the second seen from the first: 0 up-left, 1 up, 2
/// up-right, 3 left, 4 right, 5 down-left, 6 down, 7 down-right.
struct neighbours {
  int patch = 0;
  int neighbour = 0;
  int place = 0;
  friend constexpr bool operator==(neighbours const&, neighbours const&) = default;
};

enum class neighbour_pairs {
  all,     ///< of every patch with each of its neighbours, so that each two are a pair in both orders
  centre,  ///< of the middle of a grid of 3 x 3 with its eight neighbours
};

struct relative_position_config {
  int grid = 3;    ///< patches along each side
  int patch = 96;  ///< pixels
  int gap = 48;    ///< pixels between patches
  int jitter = 7;  ///< pixels, each patch, each direction
  neighbour_pairs pairs = neighbour_pairs::all;
  piece_colours colours = piece_colours::one_channel;

  constexpr int pitch() const { return patch + gap; }
  constexpr int extent() const { return grid * pitch() - gap; }
  friend constexpr bool operator==(relative_position_config const&, relative_position_config const&) = default;
};

/// The pairs of a grid, by patch, then by place.
template <int Grid>
struct neighbour_list {
  static constexpr int capacity = 4 * (Grid * (Grid - 1) + (Grid - 1) * (Grid - 1));
  neighbours pair[capacity > 0 ? capacity : 1] = {};
  int count = 0;

  constexpr explicit neighbour_list(neighbour_pairs which) {
    for (int p = 0; p < Grid * Grid; ++p) {
      if (which == neighbour_pairs::centre && p != Grid * Grid / 2) continue;
      int place = 0;
      for (int down = -1; down <= 1; ++down) {
        for (int right = -1; right <= 1; ++right) {
          if (down == 0 && right == 0) continue;
          int const y = p / Grid + down, x = p % Grid + right;
          if (y >= 0 && y < Grid && x >= 0 && x < Grid) pair[count++] = {p, y * Grid + x, place};
          ++place;
        }
      }
    }
  }
};

/// Where patch p of a grid lies: its place in the grid moved by a jitter, within the image.
constexpr crop_box grid_patch(relative_position_config const& g, shape image, int p, int top, int left, int down, int right) {
  return {math::clamp(top + p / g.grid * g.pitch() + down, 0, image.h - g.patch),
          math::clamp(left + p % g.grid * g.pitch() + right, 0, image.w - g.patch), g.patch, g.patch};
}

/// The task of relative position: a grid of patches of one view with gaps and jitter; of pairs of neighbours is to be told how
/// they lie. Some patches lose their detail (they are made small and large again) and all their colours, so that neither
/// sharpness nor the lens tells their place.
///
/// Shapes    group 0: grid * grid views (patch, patch, C); label wire 0: an entry for each of `pairs`, its place
/// Requires  the grid fits the image
/// Errors    compile time: E132
/// Source    Doersch et al. 2015, arXiv:1505.05192, and deepcontext train.py: patches of 96, gap 48, jitter 7, small with
///           probability 0.33, area uniform between those of sides 10 and 95. Deviations: one grid for each view, where the
///           published code has four for each image; its random size of the image is the chain's crop. For 32 pixels: grid 3,
///           patch 8, gap 2, jitter 1
template <relative_position_config Config = relative_position_config{}>
struct relative_position {
  struct options {
    float small_probability = 0.33f;
    float small_side = 10.0f / 96.0f;  ///< of the smallest, in sides of the patch
    PRETEXT_FIELDS(small_probability, small_side)
  };
  static constexpr int patches = Config.grid * Config.grid;
  static constexpr neighbour_list<Config.grid> pairs{Config.pairs};

  static constexpr bool accepts(shape image) {
    return Config.grid > 1 && Config.patch > 0 && Config.gap >= 0 && Config.jitter >= 0 && Config.extent() <= image.h &&
           Config.extent() <= image.w && (Config.pairs == neighbour_pairs::all || Config.grid == 3);
  }
  static constexpr view_layout layout(shape image) {
    return {.groups = 1,
            .group = {{patches, {1, Config.patch, Config.patch, image.c}}},
            .label_wires = 1,
            .labels = {pairs.count},
            .classes = {8}};
  }
  static void apply(shape image, options const& o, draws& d, float const* view, sample_output const& out, scratch& memory) {
    int const top = origin(d, image.h), left = origin(d, image.w);
    auto const jitter = [&d] { return static_cast<int>(d.below(2 * Config.jitter + 1)) - Config.jitter; };
    for (int p = 0; p < patches; ++p) {
      float* const piece = out.view(layout(image), 0, p);
      int const down = jitter(), right = jitter();
      cut_piece(view, image, grid_patch(Config, image, p, top, left, down, right), piece);
      bool const small = d.chance(o.small_probability);
      float const least = o.small_side * o.small_side;
      float const side = math::sqrt(least + (1 - least) * d.uniform());
      if (small) lose_detail(piece, {1, Config.patch, Config.patch, image.c}, side, memory);
      prepare_piece<Config.colours>(piece, index{Config.patch} * Config.patch, image.c, d);
    }
    for (int e = 0; e < pairs.count; ++e) out.label(0, e) = pairs.pair[e].place;
  }

 private:
  static int origin(draws& d, int extent) {
    int const last = math::min(extent - Config.extent(), Config.pitch() - 1);
    return static_cast<int>(d.below(static_cast<std::uint32_t>(last + 1)));
  }
  static void lose_detail(float* piece, shape size, float side, scratch& memory) {
    int const small = math::max(1, static_cast<int>(static_cast<float>(size.h) * side));
    float* const reduced = memory.floats(0, index{size.h} * size.w * size.c);
    resize_piece(piece, size, small, small, reduced, memory);
    resize_piece(reduced, {1, small, small, size.c}, size.h, size.w, piece, memory);
  }
};

}  // namespace ssl::augmentations
