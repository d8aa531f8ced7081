// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/weight_norm_linear.hpp"
#include "ssl/losses/dino.hpp"
#include "ssl/objectives/detail/follow.hpp"

namespace ssl::objectives {

struct dino_config {
  layers::head_config projector = layers::dino_projection();
  int prototypes = 65'536;
  layers::gain prototype_lengths = layers::gain::one;  ///< learned only in the longest of the published recipes
  int local_views = 8;                                 ///< of the augmentation's second group; 0: two views only
};

/// Structures of the paper, and for small images.
/// Source  facebookresearch/dino: main_dino.py; small: solo-learn's CIFAR recipe (two views, batch norm in the head) at a quarter of its
///         widths
inline constexpr dino_config dino_published{};
inline constexpr dino_config dino_small{
    .projector = layers::dino_projection({.hidden = 512, .out = 256, .layers = 3}, layers::head_norm::scale_and_shift),
    .prototypes = 1024,
    .local_views = 0};

/// DINO: every view of a student predicts what its slowly moving teacher says of the global views, over many prototypes.
///
/// Graph     global and local views -> encoder, one size at a time -> projector -> unit rows -> prototypes -> student's logits
///           global views -> averages of the same -> teacher's logits -> centred and sharpened targets; centre
/// Needs     an augmentation with a group of two views, and one of `local_views` where there are any
/// Options   student temperature 0.1; teacher temperature 0.04, or a ramp from 0.04 to 0.07 over 30 epochs; centre momentum 0.9;
///           momentum of the average 0.996 with a cosine to 1 (0.9995 at batch 256); prototypes stand still for freeze_steps: one
///           epoch
/// State     centre: (1, 1, 1, prototypes); follows the mean of the teacher's logits after the loss has read it
/// Average   moves after the optimizer, parameters only
/// Exports   the teacher's encoder
/// Errors    compile time: E305 (other views than said)
/// Source    Caron et al. 2021, arXiv:2104.14294, algorithm 1; facebookresearch/dino. Deviation: frozen prototypes get a learning rate of
///           0, as in DINOv2, rather than no gradient, so that Adam's estimates go on
template <dino_config Config = dino_config{}>
struct dino : objective_defaults {
  struct options {
    number student_temperature = 0.1;
    number teacher_temperature = 0.04;
    number centre_momentum = 0.9;
    number momentum = 0.996;
    index freeze_steps = 0;
    PRETEXT_FIELDS(student_temperature, teacher_temperature, centre_momentum, momentum, freeze_steps)
  };
  using projector = layers::sequential<named<"", layers::head<Config.projector>>, named<"", layers::l2_normalize>>;
  using prototypes =
      layers::weight_norm_linear<layers::weight_norm_linear_config{.out = Config.prototypes, .gain = Config.prototype_lengths}>;
  using networks = type_list<named<"projector", projector>, named<"prototypes", prototypes>>;
  using loss = ssl::losses::dino<ssl::losses::dino_config{.views = 2 + Config.local_views}>;
  using losses = type_list<named<"distillation", loss>>;
  using states = type_list<named<"centre", state_block<shape{.c = Config.prototypes}>>>;

  using rules = type_list<named<"follow", detail::follow>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto global = g.views(0);                                                                    // (2N, H, W, C)
    auto pooled = g.apply(average_of("encoder"), global);                                        // (2N, 1, 1, features)
    auto teacher = g.apply(average_of("prototypes"), g.apply(average_of("projector"), pooled));  // (2N, 1, 1, prototypes)
    auto features = g.apply("encoder", global);
    if (Config.local_views > 0) features = g.stack(features, g.apply("encoder", g.views(1)));  // (V N, 1, 1, features)
    auto student = g.apply("prototypes", g.apply("projector", features));                      // (V N, 1, 1, prototypes)
    g.loss("distillation", {student, teacher, g.state("centre")});
    g.update("centre", "follow", teacher);
  });
  static constexpr bool exports_average = true;
  static constexpr bool accepts(augmentations::view_layout const& l) {
    return l.groups >= 1 && l.group[0].views == 2 &&
           (Config.local_views == 0 || (l.groups >= 2 && l.group[1].views == Config.local_views));
  }
  static typename loss::options loss_options(options const& o, index step, term<"distillation">) {
    return {.student_temperature = o.student_temperature.at(step), .teacher_temperature = o.teacher_temperature.at(step)};
  }
  static double average_momentum(options const& o, index step) { return o.momentum.at(step); }
  static bool frozen(options const& o, index step, label role) { return role == label("prototypes") && step < o.freeze_steps; }
};

}  // namespace ssl::objectives
