// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct byol_config {
  layers::head_config projector = layers::byol_projection({.hidden = 4096, .out = 256});
  layers::head_config predictor = layers::byol_prediction({.hidden = 4096, .out = 256});
};

/// Structures of the paper, and for small images.
/// Source  google-deepmind/deepmind-research: byol/configs/byol.py; small: lightly's CIFAR-10 benchmark
inline constexpr byol_config byol_published{};
inline constexpr byol_config byol_small{.projector = layers::byol_projection({.hidden = 1024, .out = 256}),
                                        .predictor = layers::byol_prediction({.hidden = 1024, .out = 256})};

/// Bootstrap your own latent: each view predicts what slowly moving copies of encoder and projector make of the other view.
///
/// Graph     views -> encoder -> projector -> predictor -> 2 - 2 cos, both ways
///           views -> average of encoder -> average of projector -> targets; batch statistics by view
/// Needs     an augmentation with a group of two views
/// Options   momentum of the average: 0.996 with a cosine to 1 (1000 epochs), 0.99 (300), 0.99 constant (lightly, CIFAR-10)
/// Average   moves after the optimizer, parameters only; running statistics are those of its own forward passes
/// Exports   the encoder as trained
/// Errors    compile time: E305 (not two views), E306 (projector and predictor of two widths)
/// Source    Grill et al. 2020, arXiv:2006.07733, section 3; google-deepmind/deepmind-research. Deviations: the average begins as a
///           copy of the weights, theirs with a draw of its own; the heads' last layers have a bias, as in lightly
template <byol_config Config = byol_config{}>
struct byol : objective_defaults {
  struct options {
    number momentum = 0.99;
    PRETEXT_FIELDS(momentum)
  };
  using networks =
      type_list<named<"projector", layers::head<Config.projector>>, named<"predictor", layers::head<Config.predictor>>>;
  using losses = type_list<named<"prediction", ssl::losses::cosine_distance>>;

  static constexpr auto graph = build_graph([](auto& g) {
    constexpr apply_config by_view{.statistics_groups = 2};
    auto views = g.views(0);  // (2N, H, W, C)
    auto targets =
        g.apply(average_of("projector"), g.apply(average_of("encoder"), views, by_view), by_view);  // (2N, 1, 1, output)
    auto projections = g.apply("projector", g.apply("encoder", views, by_view), by_view);
    g.loss("prediction", {g.apply("predictor", projections, by_view), targets});
  });
  static constexpr bool accepts(augmentations::view_layout const& l) { return l.groups >= 1 && l.group[0].views == 2; }
  /// The paper adds the losses of the two directions, the term is their mean.
  static double loss_weight(options const&, index, term<"prediction">) { return 2; }
  static double average_momentum(options const& o, index step) { return o.momentum.at(step); }
};

}  // namespace ssl::objectives
