// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/color_jitter.hpp"
#include "ssl/augmentations/gaussian_blur.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/random_grayscale.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/random_solarize.hpp"
#include "ssl/augmentations/two_views.hpp"

/// \file
/// BYOL's two views, which differ: the first is always blurred, the second seldom, and sometimes solarized.
///
/// Source  Grill et al. 2020, arXiv:2006.07733, appendix B, and byol/utils/augmentations.py: area 0.08 to 1, ratio 3/4 to 4/3,
///         bicubic; flip 0.5; jitter (0.4, 0.4, 0.2, 0.1) with probability 0.8 in random order; grey 0.2; blur sigma 0.1 to 2,
///         kernel of 23 at 224 pixels (a tenth, made odd), with probability 1 and 0.1; solarize at 0.5 with probability 0 and
///         0.2. MoCo v3 has the same (for a ResNet-50 with area from 0.2). Deviation: colours as torchvision has them
namespace ssl::augmentations {

struct byol_chain
    : chain<named<"crop", random_resized_crop<resample_config{.filter = filter::bicubic}>>, named<"flip", random_horizontal_flip>,
            named<"jitter", color_jitter<jitter_order::random>>, named<"gray", random_grayscale>,
            named<"blur", random_gaussian_blur<>>, named<"solarize", random_solarize>, named<"normalise", normalise>> {};

/// What all views have in common, and the two numbers in which they differ; for a chain with BYOL's stages.
template <class Chain>
constexpr typename Chain::options byol_view(float blur_probability, float solarize_probability) {
  typename Chain::options o;
  o.template get<"jitter">() = color_jitter_options{.brightness = 0.4f, .contrast = 0.4f, .saturation = 0.2f, .hue = 0.1f};
  o.template get<"blur">().probability = blur_probability;
  o.template get<"solarize">().probability = solarize_probability;
  o.template get<"normalise">() = imagenet_statistics;
  return o;
}

/// For images of ImageNet's kind; for others set the statistics of both chains' `normalise`. Smaller images need no other kernel.
struct byol : view_groups<group<views<1, byol_chain>, views<1, byol_chain>>> {
  struct options : view_groups<group<views<1, byol_chain>, views<1, byol_chain>>>::options {
    constexpr options() {
      chain<0>() = byol_view<byol_chain>(1.0f, 0.0f);
      chain<1>() = byol_view<byol_chain>(0.1f, 0.2f);
    }
  };
};

}  // namespace ssl::augmentations
