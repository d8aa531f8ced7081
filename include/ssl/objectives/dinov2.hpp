// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/masked_tokens.hpp"
#include "ssl/layers/weight_norm_linear.hpp"
#include "ssl/losses/dino.hpp"
#include "ssl/losses/ibot.hpp"
#include "ssl/losses/koleo.hpp"
#include "ssl/objectives/detail/follow.hpp"

namespace ssl::objectives {

/// Whether patch tokens go through the head of the class token or one of their own.
enum class dinov2_heads { tied, untied };

struct dinov2_config {
  layers::head_config projector = layers::dino_projection();
  int prototypes = 65'536;
  dinov2_heads heads = dinov2_heads::tied;
  layers::head_config patch_projector = layers::dino_projection();  ///< of untied heads
  int patch_prototypes = 65'536;
  ssl::losses::teacher_targets targets = ssl::losses::teacher_targets::balanced;
  int local_views = 8;         ///< of the augmentation's second group; 0: two views only
  int registers = 0;           ///< of the encoder
  int masked_per_mille = 250;  ///< room for masked tokens among the patches of all global views, in thousandths
};

/// Structures of the long recipe (vitl14, vitg14), of the short one (vitl16), and for small images.
/// Source  facebookresearch/dinov2: configs/train/vitl14.yaml (heads of 131072 prototypes, bottlenecks of 384 and 256, Sinkhorn);
///         configs/ssl_default_config.yaml and train/vitl16_short.yaml; small: ours, a quarter of the widths, as dino_small
inline constexpr dinov2_config dinov2_published{.projector = layers::dino_projection({.hidden = 2048, .out = 384, .layers = 3}),
                                                .prototypes = 131'072,
                                                .heads = dinov2_heads::untied,
                                                .patch_prototypes = 131'072};
inline constexpr dinov2_config dinov2_short{.targets = ssl::losses::teacher_targets::centred};
inline constexpr dinov2_config dinov2_small{
    .projector = layers::dino_projection({.hidden = 512, .out = 128, .layers = 3}), .prototypes = 1024, .local_views = 6};

/// DINOv2: DINO on class tokens, the same on masked patch tokens (iBOT), and class tokens spread over the sphere (KoLeo).
///
/// Graph     global views -> averages of encoder and heads -> targets of class tokens; of patch tokens that are masked for the student
///           global views, masked, and local views -> encoder -> class tokens -> projector -> unit rows -> prototypes
///           its masked tokens -> the same head, or one of their own; class tokens of the global views -> KoLeo
/// Needs     an encoder that gives all tokens, class token first, and has a mask token (vit_pool::none, vit_mask_token::learned);
///           an augmentation with a group of two views, one mask for each, and a group of `local_views` where there are any
/// Options   temperatures 0.1 and 0.04, or 0.04 to 0.07 over 30 epochs; momentum of the average 0.992 (short) or 0.994 with a cosine to
///           1; centre momentum 0.9; weights 1, 1 and 0.1; prototypes stand still for freeze_steps: one epoch
/// State     centred targets: centre and patch_centre, (1, 1, 1, prototypes); follow the mean of the teacher's logits, of class tokens
///           and of masked tokens, after the losses have read them
/// Average   moves after the optimizer, parameters only
/// Exports   the teacher's encoder; encoders::class_token_of gives the one to ship
/// Errors    compile time: E102 (an encoder without patch tokens), E106 (patches that are not those of the mask), E139 (an encoder
///           without a mask token), E305 (other views or masks than said)
/// Cost      heads run on class tokens and masked tokens only. Masked tokens beyond masked_per_mille are not predicted: at the
///           published masks a batch of 32 images has more than a quarter less often than once in 100 000; 500: never
/// Source    Oquab et al. 2023, arXiv:2304.07193, section 4; facebookresearch/dinov2: ssl_meta_arch.py. Deviations: without local views
///           the DINO term is not scaled by 2 / 3; each view is masked by itself, as augmentations::block_mask says
template <dinov2_config Config = dinov2_config{}>
struct dinov2 : objective_defaults {
  struct options {
    number student_temperature = 0.1;
    number teacher_temperature = 0.04;
    number centre_momentum = 0.9;
    number momentum = 0.992;
    number dino_weight = 1;
    number ibot_weight = 1;
    number koleo_weight = 0.1;
    index freeze_steps = 0;
    PRETEXT_FIELDS(student_temperature, teacher_temperature, centre_momentum, momentum, dino_weight, ibot_weight, koleo_weight,
                   freeze_steps)
  };
  static constexpr bool untied = Config.heads == dinov2_heads::untied;
  static constexpr bool centred = Config.targets == ssl::losses::teacher_targets::centred;
  static constexpr int patch_classes = untied ? Config.patch_prototypes : Config.prototypes;

  template <layers::head_config Head>
  using unit_projection = layers::sequential<named<"", layers::head<Head>>, named<"", layers::l2_normalize>>;
  template <int Count>
  using prototypes_of = layers::weight_norm_linear<layers::weight_norm_linear_config{.out = Count}>;
  using masked = layers::gather_masked<1 + Config.registers, Config.masked_per_mille>;
  using tied_networks =
      type_list<named<"projector", unit_projection<Config.projector>>, named<"prototypes", prototypes_of<Config.prototypes>>,
                named<"masked", masked>, named<"masked_mean", layers::masked_mean>>;
  using untied_networks =
      type_list<named<"projector", unit_projection<Config.projector>>, named<"prototypes", prototypes_of<Config.prototypes>>,
                named<"patch_projector", unit_projection<Config.patch_projector>>,
                named<"patch_prototypes", prototypes_of<patch_classes>>, named<"masked", masked>,
                named<"masked_mean", layers::masked_mean>>;
  using networks = std::conditional_t<untied, untied_networks, tied_networks>;
  using class_loss = ssl::losses::dino<ssl::losses::dino_config{.views = 2 + Config.local_views, .targets = Config.targets}>;
  using patch_loss = ssl::losses::ibot<ssl::losses::ibot_config{.targets = Config.targets}>;
  using losses = type_list<named<"dino", class_loss>, named<"ibot", patch_loss>, named<"koleo", ssl::losses::koleo<>>>;
  using centres = type_list<named<"centre", state_block<shape{.c = Config.prototypes}>>,
                            named<"patch_centre", state_block<shape{.c = patch_classes}>>>;
  using states = std::conditional_t<centred, centres, type_list<>>;
  using rules = type_list<named<"follow", detail::follow>>;

  static constexpr auto graph = build_graph([](auto& g) {
    role const projector = "projector", prototypes = "prototypes";
    role const patch_projector = untied ? "patch_projector" : projector,
               patch_prototypes = untied ? "patch_prototypes" : prototypes;
    auto global = g.views(0), mask = g.mask(0);                     // (2N, H, W, C), (2N, H / P, W / P, 1)
    auto said = g.apply(average_of("encoder"), global);             // (2N, 1, tokens, D)
    auto said_of_masked = g.apply("masked", said, {.mask = mask});  // (R, 1, 1, D)
    auto teacher = g.apply(average_of(prototypes), g.apply(average_of(projector), g.tokens(said, 0, 1)));
    auto patch_teacher = g.apply(average_of(patch_prototypes), g.apply(average_of(patch_projector), said_of_masked));
    auto seen = g.apply("encoder", global, {.mask = mask});        // (2N, 1, tokens, D)
    auto class_tokens = g.tokens(seen, 0, 1), all = class_tokens;  // (2N, 1, 1, D)
    if (Config.local_views > 0) all = g.stack(class_tokens, g.tokens(g.apply("encoder", g.views(1)), 0, 1));
    auto student = g.apply(prototypes, g.apply(projector, all));  // (V N, 1, 1, prototypes)
    auto patch_student = g.apply(patch_prototypes, g.apply(patch_projector, g.apply("masked", seen, {.mask = mask})));
    g.loss("koleo", {class_tokens});
    if (centred) {
      g.loss("dino", {student, teacher, g.state("centre")});
      g.loss("ibot", {patch_student, patch_teacher, mask, g.state("patch_centre")});
      g.update("centre", "follow", teacher);
      g.update("patch_centre", "follow", g.apply("masked_mean", patch_teacher, {.mask = mask}));
    } else {
      g.loss("dino", {student, teacher});
      g.loss("ibot", {patch_student, patch_teacher, mask});
    }
  });
  static constexpr bool exports_average = true;
  static constexpr bool accepts(augmentations::view_layout const& l) {
    return l.groups >= 1 && l.group[0].views == 2 && l.mask_wires >= 1 && l.mask[0].views == 2 &&
           (Config.local_views == 0 || (l.groups >= 2 && l.group[1].views == Config.local_views));
  }
  static typename class_loss::options loss_options(options const& o, index step, term<"dino">) {
    return {.student_temperature = o.student_temperature.at(step), .teacher_temperature = o.teacher_temperature.at(step)};
  }
  static typename patch_loss::options loss_options(options const& o, index step, term<"ibot">) {
    return {.student_temperature = o.student_temperature.at(step), .teacher_temperature = o.teacher_temperature.at(step)};
  }
  static double loss_weight(options const& o, index step, term<"dino">) { return o.dino_weight.at(step); }
  static double loss_weight(options const& o, index step, term<"ibot">) { return o.ibot_weight.at(step); }
  static double loss_weight(options const& o, index step, term<"koleo">) { return o.koleo_weight.at(step); }
  static double average_momentum(options const& o, index step) { return o.momentum.at(step); }
  static bool frozen(options const& o, index step, label role) {
    return (role == label("prototypes") || role == label("patch_prototypes")) && step < o.freeze_steps;
  }
};

}  // namespace ssl::objectives
