// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/losses/swav.hpp"
#include "ssl/objectives/detail/enqueue.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct swav_config {
  layers::head_config projector = layers::swav_projection({.hidden = 2048, .out = 128});
  int prototypes = 3000;
  int local_views = 6;  ///< of the augmentation's second group; 0: two views only
  int queue = 0;  ///< embeddings of earlier batches for each global view, a multiple of the batch; for batches smaller than the
                  ///< number of prototypes
};

/// Structures of the paper (batch 4096), of its recipe for a batch of 256, and for small images.
/// Source  facebookresearch/swav: main_swav.py, scripts; small: lightly's CIFAR-10 benchmark
inline constexpr swav_config swav_published{};
inline constexpr swav_config swav_small_batch{.queue = 3840};
inline constexpr swav_config swav_small{
    .projector = layers::swav_projection({.hidden = 512, .out = 128}), .prototypes = 512, .local_views = 0};

/// SwAV: every view predicts which prototypes the global views of its image are assigned to, when a batch is spread evenly over all.
///
/// Graph     global and local views -> encoder, one size at a time -> projector, all together -> unit rows -> prototypes -> scores
///           scores of the global views (and of a queue of embeddings) -> balanced codes -> swapped prediction
/// Needs     an augmentation with a group of two views, and one of `local_views` where there are any
/// Options   temperature 0.1; epsilon 0.05 and 3 iterations of the balancing; prototypes stand still for freeze_steps (313: batch
///           4096, 5005: batch 256); a queue is used from queue_starts on (epoch 15) and takes embeddings from the first step
/// State     queue: (2 K, 1, 1, output), unit rows of either global view
/// Weights   rows of the prototypes have length 1 at the start of every step
/// Exports   the encoder as trained
/// Errors    compile time: E305 (other views than said)
/// Source    Caron et al. 2020, arXiv:2006.09882; facebookresearch/swav. Deviations: frozen prototypes get a learning rate of 0 rather
///           than no gradient, so that the optimizer's momentum goes on; the queue is filled from the first step, theirs from its epoch
template <swav_config Config = swav_config{}>
struct swav : objective_defaults {
  struct options {
    number temperature = 0.1;
    number epsilon = 0.05;
    int iterations = 3;
    index freeze_steps = 313;
    index queue_starts = 0;
    PRETEXT_FIELDS(temperature, epsilon, iterations, freeze_steps, queue_starts)
  };
  static constexpr bool has_queue = Config.queue > 0;
  using projector = layers::sequential<named<"", layers::head<Config.projector>>, named<"", layers::l2_normalize>>;
  using prototypes = layers::linear<layers::linear_config{.out = Config.prototypes, .bias = layers::bias::none}>;
  using networks = type_list<named<"projector", projector>, named<"prototypes", prototypes>>;
  using loss = ssl::losses::swav<ssl::losses::swav_config{
      .views = 2 + Config.local_views,
      .queue = has_queue ? ssl::losses::earlier_scores::given : ssl::losses::earlier_scores::none}>;
  using losses = type_list<named<"swapped_prediction", loss>>;
  using states = std::conditional_t<
      has_queue,
      type_list<named<"queue", state_block<shape{.n = 2 * Config.queue, .c = Config.projector.out}, state_init::unit_rows>>>,
      type_list<>>;
  using rules = type_list<named<"enqueue", detail::enqueue<2, 2 + Config.local_views>>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto features = g.apply("encoder", g.views(0));                                            // (2N, 1, 1, features)
    if (Config.local_views > 0) features = g.stack(features, g.apply("encoder", g.views(1)));  // (V N, 1, 1, features)
    auto embeddings = g.apply("projector", features);                                          // (V N, 1, 1, output)
    auto scores = g.apply("prototypes", embeddings);                                           // (V N, 1, 1, prototypes)
    if (has_queue) {
      g.loss("swapped_prediction", {scores, g.detach(g.apply("prototypes", g.state("queue")))});
      g.update("queue", "enqueue", embeddings);
    } else {
      g.loss("swapped_prediction", {scores});
    }
    g.keep_unit_rows("prototypes");
  });
  static constexpr bool accepts(augmentations::view_layout const& l) {
    return l.groups >= 1 && l.group[0].views == 2 &&
           (Config.local_views == 0 || (l.groups >= 2 && l.group[1].views == Config.local_views));
  }
  static typename loss::options loss_options(options const& o, index step, term<"swapped_prediction">) {
    return {.temperature = o.temperature.at(step),
            .epsilon = o.epsilon.at(step),
            .iterations = o.iterations,
            .uses_queue = step >= o.queue_starts};
  }
  static bool frozen(options const& o, index step, label role) { return role == label("prototypes") && step < o.freeze_steps; }
};

}  // namespace ssl::objectives
