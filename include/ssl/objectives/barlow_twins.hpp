// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/barlow_twins.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct barlow_twins_config {
  layers::head_config projector = layers::barlow_twins_projection({.hidden = 8192, .out = 8192, .layers = 3});
};

/// Structures of the paper, and for small images.
/// Source  facebookresearch/barlowtwins: main.py; small: solo-learn's CIFAR recipe at a quarter of its widths
inline constexpr barlow_twins_config barlow_twins_published{};
inline constexpr barlow_twins_config barlow_twins_small{
    .projector = layers::barlow_twins_projection({.hidden = 512, .out = 512, .layers = 2})};

/// Barlow Twins: the channels of two views must agree one by one and be unlike each other.
///
/// Graph     views -> encoder -> projector -> cross-correlation of the two views; batch statistics by view
/// Needs     an augmentation with a group of two views
/// Options   off_diagonal lambda 0.0051; scale of the whole loss 1 (solo-learn: 0.1 for its learning rates)
/// Exports   the encoder as trained
/// Errors    compile time: E305 (not two views), E306 (a batch of one image)
/// Source    Zbontar et al. 2021, arXiv:2103.03230, algorithm 1; facebookresearch/barlowtwins. Deviation: none
template <barlow_twins_config Config = barlow_twins_config{}>
struct barlow_twins : objective_defaults {
  struct options {
    number off_diagonal = 0.0051;
    number scale = 1;
    PRETEXT_FIELDS(off_diagonal, scale)
  };
  using networks = type_list<named<"projector", layers::head<Config.projector>>>;
  using losses = type_list<named<"cross_correlation", ssl::losses::barlow_twins>>;

  static constexpr auto graph = build_graph([](auto& g) {
    constexpr apply_config by_view{.statistics_groups = 2};
    auto features = g.apply("encoder", g.views(0), by_view);                 // (2N, 1, 1, features)
    g.loss("cross_correlation", {g.apply("projector", features, by_view)});  // of (2N, 1, 1, output)
  });
  static constexpr bool accepts(augmentations::view_layout const& l) { return l.groups >= 1 && l.group[0].views == 2; }
  static ssl::losses::barlow_twins::options loss_options(options const& o, index step, term<"cross_correlation">) {
    return {.off_diagonal = o.off_diagonal.at(step)};
  }
  static double loss_weight(options const& o, index step, term<"cross_correlation">) { return o.scale.at(step); }
};

}  // namespace ssl::objectives
