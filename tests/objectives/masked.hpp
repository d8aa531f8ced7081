// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objectives/tiny.hpp"
#include "ssl/augmentations/random_order.hpp"
#include "ssl/augmentations/with_masks.hpp"
#include "ssl/objectives/mae.hpp"

/// Masked autoencoders so small that every parameter can be moved by itself.
namespace tiny {

/// One view, and a random order of its four patches.
using ordered_view =
    augmentations::with_masks<one_view,
                              augmentations::masks<1, augmentations::random_order<augmentations::random_order_config{2}>>>;

template <ssl::losses::patch_target Target = ssl::losses::patch_target::normalised_pixels>
using mae = objectives::mae<objectives::mae_config{.image_h = 4,
                                                   .image_w = 4,
                                                   .channels = 2,
                                                   .patch = 2,
                                                   .masked_percent = 50,
                                                   .target = Target,
                                                   .decoder_width = 4,
                                                   .decoder_depth = 1,
                                                   .decoder_heads = 2}>;

/// The encoder of the vision transformers of these tests with the mean of its patches, whose norm stands behind the mean.
using mean_vit = encoders::vit<encoders::vit_config{.image_h = 4,
                                                    .image_w = 4,
                                                    .patch = 2,
                                                    .width = 6,
                                                    .depth = 2,
                                                    .heads = 2,
                                                    .mlp_ratio = 1,
                                                    .pool = encoders::vit_pool::average}>;

}  // namespace tiny
