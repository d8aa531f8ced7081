// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objectives/tiny.hpp"
#include "ssl/augmentations/inpainting.hpp"
#include "ssl/encoders/lightness.hpp"
#include "ssl/objectives/colorization.hpp"
#include "ssl/objectives/inpainting.hpp"

/// The methods that predict pixels, with networks so small that every parameter can be moved by itself. The value of their losses is
/// what the gradient belongs to, so that differences apply.
namespace tiny {

using objectives::adversary;

inline constexpr shape colour_image{.h = 4, .w = 4, .c = 3};
using lightness = encoders::lightness<convnet>;  // (N, 2, 2, 6)
template <int Doublings, int Convs, losses::weighting Weighting = losses::weighting::loss>
using colorization = objectives::colorization<objectives::colorization_config{
    .width = 2, .doublings = Doublings, .convs = Convs, .neighbours = 3, .weighting = Weighting}>;

inline constexpr shape holed_image{.h = 8, .w = 8, .c = 2};
using halving = encoders::convnet<encoders::convnet_config{.width = 2, .stages = 3}>;  // (N, 2, 2, 8)
template <int Doublings, adversary Adversary = adversary::discriminator, losses::weighting Weighting = losses::weighting::loss>
using inpainting = objectives::inpainting<objectives::inpainting_config{.map = 2,
                                                                        .bottleneck = 3,
                                                                        .doublings = Doublings,
                                                                        .width = 2,
                                                                        .channels = 2,
                                                                        .adversary = Adversary,
                                                                        .weighting = Weighting}>;
template <class Mask>
using holes = augmentations::task_views<crops, augmentations::inpainting<Mask>>;
using centre = augmentations::centre_hole<augmentations::centre_hole_config{.ring = 1}>;

template <class Objective, class Encoder, class Augmentation, shape Image>
struct pixel_run : run<Objective, Encoder, Augmentation> {
  static constexpr shape image = Image;
};

}  // namespace tiny
