// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct jigsaw_config {
  int grid = 3;                                                                             ///< tiles along each side
  layers::head_config projector = layers::patch_projection(1024);                           ///< of each tile by itself
  layers::head_config classifier = layers::task_classifier({.hidden = 4096, .out = 1000});  ///< out: number of permutations
};

/// Structures of the paper, of VISSL's ResNet-50, and for small images.
/// Source  MehdiNoroozi/JigsawPuzzleSolver: train_val_cfn_jps.prototxt; facebookresearch/vissl: configs/config/pretrain/jigsaw
///         (2000 permutations are more than ours, so the 1000 of the paper); small: ours
inline constexpr jigsaw_config jigsaw_published{};
inline constexpr jigsaw_config jigsaw_resnet{.projector = layers::patch_projection(1000),
                                             .classifier = layers::task_classifier({.out = 1000, .layers = 1})};
inline constexpr jigsaw_config jigsaw_small{
    .grid = 2, .projector = layers::patch_projection(64), .classifier = layers::task_classifier({.hidden = 256, .out = 24})};

/// Jigsaw puzzles: from the tiles of an image in a wrong order, encoded each by itself, must be told which order it is.
///
/// Graph     tiles -> encoder -> projector -> side by side -> classifier -> softmax cross-entropy with the permutation
/// Needs     an augmentation whose first group is grid * grid tiles with one label an image: augmentations::jigsaw_puzzles
/// Options   none
/// Exports   the encoder as trained
/// Errors    compile time: E132 (tiles that do not fit the image, more classes than permutations), E304 (no labels), E305
///           (another grid, or other permutations than the classifier's classes)
/// Source    Noroozi and Favaro 2016, arXiv:1603.09246; MehdiNoroozi/JigsawPuzzleSolver. Deviation: batch norm in place of dropout,
///           as in VISSL
template <jigsaw_config Config = jigsaw_config{}>
struct jigsaw : objective_defaults {
  static constexpr int tiles = Config.grid * Config.grid;
  using networks =
      type_list<named<"projector", layers::head<Config.projector>>, named<"classifier", layers::head<Config.classifier>>>;
  using losses = type_list<named<"permutation", ssl::losses::softmax_cross_entropy<>>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto each = g.apply("projector", g.apply("encoder", g.views(0)));  // (tiles N, 1, 1, width)
    auto logits = g.apply("classifier", g.side_by_side(each, tiles));  // (N, 1, 1, permutations)
    g.loss("permutation", {logits, g.labels(0)});
  });
  static constexpr bool accepts(augmentations::view_layout const& l) {
    return l.group[0].views == tiles && l.labels[0] == 1 && l.classes[0] == Config.classifier.out;
  }
};

}  // namespace ssl::objectives
