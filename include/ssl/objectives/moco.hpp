// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/info_nce.hpp"
#include "ssl/objectives/detail/enqueue.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct moco_config {
  layers::head_config projector = layers::moco_projection({.hidden = 2048, .out = 128});
  int queue = 65'536;         ///< keys of earlier batches; a multiple of the batch
  int statistics_groups = 1;  ///< batch statistics over each of so many parts of the batch, keys shuffled between the parts
};

/// Structures of the papers, for a ResNet-50 on ImageNet (batch 256 on 8 GPUs of 32 images, hence 8 groups), and for small images.
/// Source  facebookresearch/moco: main_moco.py, README.md; small: its notebook moco_cifar10_demo.ipynb (batch 512, 8 splits), with
///         the head of lightly's CIFAR-10 benchmark
inline constexpr moco_config moco_v1{.projector = layers::moco_projection({.out = 128, .layers = 1}), .statistics_groups = 8};
inline constexpr moco_config moco_v2{.statistics_groups = 8};
inline constexpr moco_config moco_small{
    .projector = layers::moco_projection({.hidden = 512, .out = 128}), .queue = 4096, .statistics_groups = 8};

/// Momentum contrast: the query of one view must find the key of the other among the keys of many earlier batches.
///
/// Graph     view 1 -> encoder -> projector -> InfoNCE with the keys and the queue
///           view 2 -> shuffled -> average of encoder -> average of projector -> back in order -> keys -> queue
/// Needs     an augmentation with a group of two views; a batch that is a multiple of the statistics groups
/// Options   temperature 0.07 (v1), 0.2 (v2), 0.1 (CIFAR-10 notebook); momentum of the average 0.999 (0.99 for a short queue)
/// State     queue: (K, 1, 1, output) unit rows, random at the start; takes the keys after the loss has read it
/// Average   moves before the forward pass, so that keys are of the weights of the step before
/// Exports   the encoder of the queries
/// Errors    compile time: E305 (not two views), E102 (a batch that does not divide into the groups)
/// Source    He et al. 2020, arXiv:1911.05722; Chen et al. 2020, arXiv:2003.04297; facebookresearch/moco. Deviation: keys are
///           shuffled by a fixed interleaving of the parts of the batch, not by a random permutation: batches are random already, and
///           all that shuffling must do is give a key the statistics of other rows than its query's
/// Example   docs/methods/moco.md
template <moco_config Config = moco_config{}>
struct moco : objective_defaults {
  struct options {
    number temperature = 0.2;
    number momentum = 0.999;
    PRETEXT_FIELDS(temperature, momentum)
  };
  using networks = type_list<named<"projector", layers::head<Config.projector>>>;
  using losses = type_list<named<"info_nce", ssl::losses::info_nce>>;
  using states =
      type_list<named<"queue", state_block<shape{.n = Config.queue, .c = Config.projector.out}, state_init::unit_rows>>>;
  using rules = type_list<named<"enqueue", detail::enqueue<>>>;

  static constexpr auto graph = build_graph([](auto& g) {
    constexpr int groups = Config.statistics_groups;
    auto views = g.views(0);                                    // (2N, H, W, C)
    auto shuffled = g.interleave(g.part(views, 1, 2), groups);  // (N, H, W, C)
    auto mixed = g.apply(average_of("encoder"), shuffled, {.statistics_groups = groups});
    auto keys = g.put_back(g.apply(average_of("projector"), mixed, {.statistics_groups = groups}), groups);  // (N, 1, 1, output)
    auto features = g.apply("encoder", g.part(views, 0, 2), {.statistics_groups = groups});
    auto queries = g.apply("projector", features, {.statistics_groups = groups});  // (N, 1, 1, output)
    g.loss("info_nce", {queries, keys, g.state("queue")});
    g.update("queue", "enqueue", keys);
    g.move_average("encoder", average_moves::before_forward);
    g.move_average("projector", average_moves::before_forward);
  });
  static constexpr bool accepts(augmentations::view_layout const& l) { return l.groups >= 1 && l.group[0].views == 2; }
  static ssl::losses::info_nce::options loss_options(options const& o, index step, term<"info_nce">) {
    return {.temperature = o.temperature.at(step)};
  }
  static double average_momentum(options const& o, index step) { return o.momentum.at(step); }
};

}  // namespace ssl::objectives
