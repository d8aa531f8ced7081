// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct simsiam_config {
  layers::head_config projector = layers::simsiam_projection({.hidden = 2048, .out = 2048, .layers = 3});
  layers::head_config predictor = layers::simsiam_prediction({.hidden = 512, .out = 2048});
};

/// Structures of the paper, and for small images.
/// Source  facebookresearch/simsiam: simsiam/builder.py; small: the two-layer projector of the paper's CIFAR-10 experiments
///         (appendix D) at a quarter of its width
inline constexpr simsiam_config simsiam_published{};
inline constexpr simsiam_config simsiam_small{.projector = layers::simsiam_projection({.hidden = 512, .out = 512, .layers = 2}),
                                              .predictor = layers::simsiam_prediction({.hidden = 128, .out = 512})};

/// Simple siamese networks: each view predicts the projection of the other, through which no gradient flows.
///
/// Graph     views -> encoder -> projector -> predictor -> -cos with the other view's projection, detached; statistics by view
/// Needs     an augmentation with a group of two views
/// Options   none
/// Exports   the encoder as trained
/// Errors    compile time: E305 (not two views), E306 (projector and predictor of two widths)
/// Source    Chen and He 2021, arXiv:2011.10566, algorithm 1; facebookresearch/simsiam. Deviations: the predictor follows the same
///           schedule of the learning rate as all weights (theirs keeps its rate, which helps and is not needed: their section 4.2);
///           their projector's last bias, which they never move, is left out: the batch norm behind it takes it out
template <simsiam_config Config = simsiam_config{}>
struct simsiam : objective_defaults {
  using networks =
      type_list<named<"projector", layers::head<Config.projector>>, named<"predictor", layers::head<Config.predictor>>>;
  using losses = type_list<named<"prediction", ssl::losses::negative_cosine>>;

  static constexpr auto graph = build_graph([](auto& g) {
    constexpr apply_config by_view{.statistics_groups = 2};
    auto projections = g.apply("projector", g.apply("encoder", g.views(0), by_view), by_view);  // (2N, 1, 1, output)
    g.loss("prediction", {g.apply("predictor", projections, by_view), g.detach(projections)});
  });
  static constexpr bool accepts(augmentations::view_layout const& l) { return l.groups >= 1 && l.group[0].views == 2; }
};

}  // namespace ssl::objectives
