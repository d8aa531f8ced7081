// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/two_views.hpp"

/// \file
/// Colorization's one view: a crop and a flip, with values in [0, 1], which the networks turn into lightness and colours themselves.
///
/// Source  richzhang/colorization: train_val prototxt: images of 256 pixels, crops of 176, mirrored. Deviation: a square of that share of
///         the area, 0.47
namespace ssl::augmentations {

struct colorization_chain : chain<named<"crop", random_resized_crop<>>, named<"flip", random_horizontal_flip>> {};

struct colorization : view_groups<group<views<1, colorization_chain>>> {
  struct options : view_groups<group<views<1, colorization_chain>>>::options {
    constexpr options() { this->get<"crop">() = {.scale_low = 0.47f, .scale_high = 0.47f, .ratio_low = 1, .ratio_high = 1}; }
  };
};

/// For small images, which are cropped less: to at least half of their area.
struct colorization_small : colorization {
  struct options : colorization::options {
    constexpr options() { this->get<"crop">() = {.scale_low = 0.5f}; }
  };
};

}  // namespace ssl::augmentations
