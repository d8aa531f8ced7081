// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objectives/tiny.hpp"
#include "ssl/augmentations/block_mask.hpp"
#include "ssl/augmentations/with_masks.hpp"
#include "ssl/objectives/barlow_twins.hpp"
#include "ssl/objectives/byol.hpp"
#include "ssl/objectives/dino.hpp"
#include "ssl/objectives/emp_ssl.hpp"
#include "ssl/objectives/dinov2.hpp"
#include "ssl/objectives/moco.hpp"
#include "ssl/objectives/moco_v3.hpp"
#include "ssl/objectives/simsiam.hpp"
#include "ssl/objectives/swav.hpp"
#include "ssl/objectives/vicreg.hpp"

/// The methods with heads so small that every parameter can be moved by itself.
namespace tiny {

using layers::head_norm;
inline constexpr layers::head_widths narrow{.hidden = 5, .out = 4, .layers = 2};

using moco =
    objectives::moco<objectives::moco_config{.projector = layers::moco_projection(narrow), .queue = 7, .statistics_groups = 3}>;
using moco_v3 = objectives::moco_v3<objectives::moco_v3_config{.projector = layers::moco_v3_projection(narrow),
                                                               .predictor = layers::moco_v3_prediction(narrow)}>;
using byol = objectives::byol<objectives::byol_config{.projector = layers::byol_projection(narrow),
                                                      .predictor = layers::byol_prediction(narrow)}>;
using simsiam = objectives::simsiam<objectives::simsiam_config{.projector = layers::simsiam_projection(narrow),
                                                               .predictor = layers::simsiam_prediction(narrow)}>;
using barlow_twins =
    objectives::barlow_twins<objectives::barlow_twins_config{.projector = layers::barlow_twins_projection(narrow)}>;
using emp_ssl = objectives::emp_ssl<objectives::emp_ssl_config{.projector = layers::emp_ssl_projection(narrow), .patches = 3}>;
using vicreg = objectives::vicreg<objectives::vicreg_config{.expander = layers::vicreg_projection(narrow)}>;

template <int LocalViews, int Queue = 0>
using swav = objectives::swav<objectives::swav_config{
    .projector = layers::swav_projection(narrow), .prototypes = 5, .local_views = LocalViews, .queue = Queue}>;
template <int LocalViews, layers::gain Gain = layers::gain::one, head_norm Norm = head_norm::none>
using dino = objectives::dino<objectives::dino_config{
    .projector = layers::dino_projection(narrow, Norm), .prototypes = 5, .prototype_lengths = Gain, .local_views = LocalViews}>;

/// Every patch that may be masked has room.
template <int LocalViews, objectives::dinov2_heads Heads, ssl::losses::teacher_targets Targets, int Registers = 0>
using dinov2 =
    objectives::dinov2<objectives::dinov2_config{.projector = layers::dino_projection(narrow),
                                                 .prototypes = 5,
                                                 .heads = Heads,
                                                 .patch_projector = layers::dino_projection({.hidden = 3, .out = 4, .layers = 2}),
                                                 .patch_prototypes = 6,
                                                 .targets = Targets,
                                                 .local_views = LocalViews,
                                                 .registers = Registers,
                                                 .masked_per_mille = 1000}>;

/// All that DINOv2's encoders have, in two blocks: skipped samples, registers, layer scale, gated feed-forward networks.
inline constexpr encoders::vit_config masked_vit_config{.image_h = 4,
                                                        .image_w = 4,
                                                        .patch = 1,
                                                        .width = 4,
                                                        .depth = 2,
                                                        .heads = 2,
                                                        .mlp_hidden = 3,
                                                        .feed_forward = layers::feed_forward::swiglu,
                                                        .pool = encoders::vit_pool::none,
                                                        .mask_token = encoders::vit_mask_token::learned,
                                                        .registers = 1,
                                                        .layer_scale_millionths = 500'000,
                                                        .skipped_per_mille = 400};
using masked_vit = encoders::vit<masked_vit_config>;

/// Two views of the run's size and two of 6 x 4 pixels.
using multi_crop = augmentations::view_groups<
    augmentations::group<augmentations::views<2, crops>>,
    augmentations::sized_group<augmentations::view_size{.height = 6, .width = 4}, augmentations::views<2, crops>>>;

/// ... and a mask of each of the first two.
using masked_multi_crop =
    augmentations::with_masks<multi_crop,
                              augmentations::masks<2, augmentations::block_mask<augmentations::block_mask_config{1}>>>;

}  // namespace tiny
