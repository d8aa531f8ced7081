// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct simclr_config {
  int hidden = 2048;  ///< width of the projector's hidden layer
  int output = 128;   ///< width of the embedding that is compared
  layers::simclr_form projector = layers::simclr_form::last_linear;
  losses::similarity similarity = losses::similarity::automatic;
};

/// Structures of the paper, and for small images.
/// Source  google-research/simclr: model_util.py, README.md; small: lightly's CIFAR-10 benchmark
inline constexpr simclr_config simclr_published{.projector = layers::simclr_form::published};
inline constexpr simclr_config simclr_small{.hidden = 512, .output = 128};

/// SimCLR: the two views of an image must find each other among all views of the batch.
///
/// Graph     views -> encoder -> projector -> NT-Xent; batch statistics over both views together
/// Needs     an augmentation with one group of two views
/// Options   temperature (0.5: CIFAR; 0.1: ImageNet), number or schedule
/// State     none
/// Exports   the encoder as trained; the projector is thrown away
/// Errors    compile time: E305 (not two views), E306 (a batch of one image)
/// Source    Chen et al. 2020, arXiv:2002.05709; google-research/simclr. Deviations: the loss is the mean over 2N rows, half of what
///           their code returns; the projector's default form is that of most PyTorch ports, layers::simclr_form names the published one.
///           Batches larger than memory: run_defaults::chunks
/// Example   examples/02_pretrain_simclr.cpp
template <simclr_config Config = simclr_config{}>
struct simclr : objective_defaults {
  struct options {
    number temperature = 0.5;
    PRETEXT_FIELDS(temperature)
  };
  using projector = layers::head<layers::simclr_projection({.hidden = Config.hidden, .out = Config.output}, Config.projector)>;
  using networks = type_list<named<"projector", projector>>;
  using loss = ssl::losses::nt_xent<ssl::losses::nt_xent_config{.form = Config.similarity}>;
  using losses = type_list<named<"nt_xent", loss>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto views = g.views(0);                                            // (2N, H, W, C)
    auto embeddings = g.apply("projector", g.apply("encoder", views));  // (2N, 1, 1, output)
    g.loss("nt_xent", {embeddings});
  });
  static constexpr bool accepts(augmentations::view_layout const& l) { return l.groups >= 1 && l.group[0].views == 2; }
  static typename loss::options loss_options(options const& o, index step, term<"nt_xent">) {
    return {.temperature = o.temperature.at(step)};
  }
};

}  // namespace ssl::objectives
