// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/in_batch_info_nce.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct moco_v3_config {
  layers::head_config projector = layers::moco_v3_projection({.hidden = 4096, .out = 256});
  layers::head_config predictor = layers::moco_v3_prediction({.hidden = 4096, .out = 256});
};

/// Structures of the paper, and for small images.
/// Source  facebookresearch/moco-v3: moco/builder.py, CONFIG.md; small: solo-learn's CIFAR recipe at an eighth of its widths
inline constexpr moco_v3_config moco_v3_resnet{};
inline constexpr moco_v3_config moco_v3_vit{
    .projector = layers::moco_v3_projection({.hidden = 4096, .out = 256, .layers = 3}),
    .predictor = layers::moco_v3_prediction({.hidden = 4096, .out = 256}, layers::head_norm::plain)};
inline constexpr moco_v3_config moco_v3_small{.projector = layers::moco_v3_projection({.hidden = 512, .out = 128}),
                                              .predictor = layers::moco_v3_prediction({.hidden = 512, .out = 128})};

/// MoCo v3: each view predicts the momentum encoder's key of the other view among the keys of the batch; no queue.
///
/// Graph     views -> encoder -> projector -> predictor -> InfoNCE within the batch, both ways
///           views -> average of encoder -> average of projector -> keys; batch statistics by view
/// Needs     an augmentation with a group of two views. A vision transformer trains steadily with
///           vit_config{.patch_projection = vit_patch_projection::frozen}
/// Options   temperature 1.0 (ResNet-50), 0.2 (ViT); momentum of the average 0.99, with a cosine to 1 in the ViT recipes
/// Average   moves before the forward pass
/// Exports   the encoder as trained
/// Errors    compile time: E305 (not two views)
/// Source    Chen et al. 2021, arXiv:2104.02057, algorithm 1; facebookresearch/moco-v3. Deviation: none; the weight of the term, 4 T,
///           makes the mean over both views their 2 T times the sum of two means
template <moco_v3_config Config = moco_v3_config{}>
struct moco_v3 : objective_defaults {
  struct options {
    number temperature = 0.2;
    number momentum = 0.99;
    PRETEXT_FIELDS(temperature, momentum)
  };
  using networks =
      type_list<named<"projector", layers::head<Config.projector>>, named<"predictor", layers::head<Config.predictor>>>;
  using losses = type_list<named<"info_nce", ssl::losses::in_batch_info_nce>>;

  static constexpr auto graph = build_graph([](auto& g) {
    constexpr apply_config by_view{.statistics_groups = 2};
    auto views = g.views(0);                                                                                // (2N, H, W, C)
    auto keys = g.apply(average_of("projector"), g.apply(average_of("encoder"), views, by_view), by_view);  // (2N, 1, 1, output)
    auto projections = g.apply("projector", g.apply("encoder", views, by_view), by_view);
    g.loss("info_nce", {g.apply("predictor", projections, by_view), keys});
    g.move_average("encoder", average_moves::before_forward);
    g.move_average("projector", average_moves::before_forward);
  });
  static constexpr bool accepts(augmentations::view_layout const& l) { return l.groups >= 1 && l.group[0].views == 2; }
  static ssl::losses::in_batch_info_nce::options loss_options(options const& o, index step, term<"info_nce">) {
    return {.temperature = o.temperature.at(step)};
  }
  static double loss_weight(options const& o, index step, term<"info_nce">) { return 4 * o.temperature.at(step); }
  static double average_momentum(options const& o, index step) { return o.momentum.at(step); }
};

}  // namespace ssl::objectives
