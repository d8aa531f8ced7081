// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"
#include "ssl/augmentations/permutations.hpp"
#include "ssl/augmentations/piece.hpp"
#include "ssl/augmentations/random_box.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

struct jigsaw_config {
  int grid = 3;   ///< cells along each side
  int tile = 64;  ///< pixels; what a cell has more is a random gap between tiles
  int classes = 1000;
  piece_colours colours = piece_colours::standardised;
  friend constexpr bool operator==(jigsaw_config const&, jigsaw_config const&) = default;
};

/// The task of jigsaw puzzles: tiles of one view in an order whose number is to be told.
///
/// The image is a grid of equal cells (pixels that are left over at the right and at the bottom are not used); each has its tile
/// at a random place. In class k, slot s holds the tile permutation_set::tile(k, s); cells count row by row.
///
/// Shapes    group 0: grid * grid views (tile, tile, C), one for each slot; label wire 0: 1 entry, the class
/// Requires  a tile fits a cell; grid * grid tiles have a permutation_set of at least `classes`
/// Errors    compile time: E132
/// Source    Noroozi and Favaro 2016, arXiv:1603.09246: 255 pixels, 3 x 3 cells of 85, tiles of 64. Deviations: the set of
///           permutations; its random shift of the channels by -2 to 1 levels is left out, since standardising takes it away. Its
///           grey images with a probability of 0.3 are a stage of the chain
template <jigsaw_config Config = jigsaw_config{}>
struct jigsaw {
  struct options {};
  static constexpr int tiles = Config.grid * Config.grid;
  using permutations = permutation_set<tiles>;

  static constexpr bool accepts(shape image) {
    return permutations::exists && Config.classes <= permutations::size && Config.tile > 0 &&
           Config.tile <= image.h / Config.grid && Config.tile <= image.w / Config.grid;
  }
  static constexpr view_layout layout(shape image) {
    return {.groups = 1,
            .group = {{tiles, {1, Config.tile, Config.tile, image.c}}},
            .label_wires = 1,
            .labels = {1},
            .classes = {Config.classes}};
  }
  static void apply(shape image, options const&, draws& d, float const* view, sample_output const& out, scratch&) {
    crop_box box[tiles];
    for (int t = 0; t < tiles; ++t) box[t] = tile_in_cell(image, t, d);
    int const permutation = static_cast<int>(d.below(Config.classes));
    out.label(0, 0) = permutation;
    for (int slot = 0; slot < tiles; ++slot) {
      float* const piece = out.view(layout(image), 0, slot);
      cut_piece(view, image, box[permutations::tile(permutation, slot)], piece);
      prepare_piece<Config.colours>(piece, index{Config.tile} * Config.tile, image.c, d);
    }
  }

 private:
  static crop_box tile_in_cell(shape image, int cell, draws& d) {
    int const height = image.h / Config.grid, width = image.w / Config.grid;
    crop_box box = placed({.height = Config.tile, .width = Config.tile}, d, height, width);
    box.top += cell / Config.grid * height;
    box.left += cell % Config.grid * width;
    return box;
  }
};

}  // namespace ssl::augmentations
