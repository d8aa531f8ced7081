// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/relative_position.hpp"
#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct relative_position_config {
  int grid = 3;  ///< patches along each side
  augmentations::neighbour_pairs pairs = augmentations::neighbour_pairs::all;
  layers::head_config projector = layers::patch_projection(4096, layers::head_norm::plain);  ///< of each patch by itself
  layers::head_config classifier = layers::task_classifier({.hidden = 4096, .out = 8, .layers = 3}, layers::head_norm::plain);
};

/// Structures of the paper, of a ResNet-50, and for small images.
/// Source  cdoersch/deepcontext: train.py; open-mmlab/mmselfsup: relative-loc_resnet50 (whose pairs are the centre with its
///         neighbours, and which has no projector of each patch); small: ours
inline constexpr relative_position_config relative_position_published{};
inline constexpr relative_position_config relative_position_resnet{
    .pairs = augmentations::neighbour_pairs::centre,
    .projector = layers::patch_projection(2048),
    .classifier = layers::task_classifier({.hidden = 4096, .out = 8})};
inline constexpr relative_position_config relative_position_small{
    .projector = layers::patch_projection(128), .classifier = layers::task_classifier({.hidden = 128, .out = 8})};

/// Relative position: from two patches of an image, encoded each by itself, must be told where the second lies, seen from the first.
///
/// Graph     patches -> encoder -> projector -> pairs, side by side -> classifier -> softmax cross-entropy with the place
/// Needs     an augmentation whose first group is grid * grid patches, with a label for each pair:
///           augmentations::relative_position_pairs of the same grid and pairs
/// Options   none
/// Exports   the encoder as trained
/// Errors    compile time: E132 (a grid that does not fit the image), E304 (no labels), E305 (another grid or other pairs)
/// Cost      every patch is encoded once, in however many pairs it stands (3 x 3: 9 patches, 40 pairs)
/// Source    Doersch et al. 2015, arXiv:1505.05192; cdoersch/deepcontext. Deviations: the mean over the pairs, theirs is the sum;
///           both hidden layers have a batch norm, theirs the first
template <relative_position_config Config = relative_position_config{}>
struct relative_position : objective_defaults {
  static constexpr int patches = Config.grid * Config.grid;
  static constexpr augmentations::neighbour_list<Config.grid> pairs{Config.pairs};
  using networks =
      type_list<named<"projector", layers::head<Config.projector>>, named<"classifier", layers::head<Config.classifier>>>;
  using losses = type_list<named<"place", ssl::losses::softmax_cross_entropy<>>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto each = g.apply("projector", g.apply("encoder", g.views(0)));  // (patches N, 1, 1, width)
    int which[2 * augmentations::neighbour_list<Config.grid>::capacity + 1] = {};
    for (int e = 0; e < pairs.count; ++e) which[e] = pairs.pair[e].patch, which[pairs.count + e] = pairs.pair[e].neighbour;
    auto both = g.parts(each, {which, static_cast<std::size_t>(2 * pairs.count)}, patches);  // (2 pairs N, 1, 1, width)
    g.loss("place", {g.apply("classifier", g.side_by_side(both, 2)), g.labels(0)});          // (pairs N, 1, 1, 8)
  });
  static constexpr bool accepts(augmentations::view_layout const& l) {
    return l.group[0].views == patches && l.labels[0] == pairs.count && l.classes[0] == Config.classifier.out;
  }
};

}  // namespace ssl::objectives
