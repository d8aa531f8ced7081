// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/vicreg.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct vicreg_config {
  layers::head_config expander = layers::vicreg_projection({.hidden = 8192, .out = 8192, .layers = 3});
};

/// Structures of the paper, and for small images.
/// Source  facebookresearch/vicreg: main_vicreg.py; small: solo-learn's CIFAR recipe at a quarter of its widths
inline constexpr vicreg_config vicreg_published{};
inline constexpr vicreg_config vicreg_small{.expander = layers::vicreg_projection({.hidden = 512, .out = 512, .layers = 2})};

/// VICReg: embeddings of two views must be alike, vary over the batch in every channel, and not repeat a channel in another.
///
/// Graph     views -> encoder -> expander -> variance, invariance and covariance; batch statistics by view
/// Needs     an augmentation with a group of two views
/// Options   weights of the three terms: invariance 25, variance 25, covariance 1
/// Exports   the encoder as trained
/// Errors    compile time: E305 (not two views), E306 (a batch of one image)
/// Source    Bardes et al. 2022, arXiv:2105.04906; facebookresearch/vicreg. Deviation: none
template <vicreg_config Config = vicreg_config{}>
struct vicreg : objective_defaults {
  struct options {
    number invariance = 25;
    number variance = 25;
    number covariance = 1;
    PRETEXT_FIELDS(invariance, variance, covariance)
  };
  using networks = type_list<named<"expander", layers::head<Config.expander>>>;
  using losses = type_list<named<"vicreg", ssl::losses::vicreg>>;

  static constexpr auto graph = build_graph([](auto& g) {
    constexpr apply_config by_view{.statistics_groups = 2};
    auto features = g.apply("encoder", g.views(0), by_view);     // (2N, 1, 1, features)
    g.loss("vicreg", {g.apply("expander", features, by_view)});  // of (2N, 1, 1, output)
  });
  static constexpr bool accepts(augmentations::view_layout const& l) { return l.groups >= 1 && l.group[0].views == 2; }
  static ssl::losses::vicreg::options loss_options(options const& o, index step, term<"vicreg">) {
    return {.invariance = o.invariance.at(step), .variance = o.variance.at(step), .covariance = o.covariance.at(step)};
  }
};

}  // namespace ssl::objectives
