// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/color_jitter.hpp"
#include "ssl/augmentations/gaussian_blur.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/random_grayscale.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/two_views.hpp"

/// \file
/// MoCo's two views, of version 1 and 2.
///
/// Source  facebookresearch/moco, main_moco.py and moco/loader.py; He et al. 2019, arXiv:1911.05722; Chen et al. 2020,
///         arXiv:2003.04297. Area 0.2 to 1, bilinear; the numbers of each version stand at its chain. Deviation: colours and blur
///         as torchvision has them on floats, where the published code works on 8-bit images
namespace ssl::augmentations {

/// Grey with probability 0.2, jitter (0.4, 0.4, 0.4, 0.4) always, flip.
struct moco_v1_chain : chain<named<"crop", random_resized_crop<>>, named<"gray", random_grayscale>,
                             named<"jitter", color_jitter<jitter_order::random>>, named<"flip", random_horizontal_flip>,
                             named<"normalise", normalise>> {};

struct moco_v1 : two_views<moco_v1_chain> {
  struct options : two_views<moco_v1_chain>::options {
    constexpr options() {
      get<"crop">().scale_low = 0.2f;
      get<"jitter">() = {.brightness = 0.4f, .contrast = 0.4f, .saturation = 0.4f, .hue = 0.4f, .probability = 1.0f};
      get<"normalise">() = imagenet_statistics;
    }
  };
};

/// Jitter (0.4, 0.4, 0.4, 0.1) with probability 0.8, grey 0.2, blur sigma 0.1 to 2 with probability 0.5, flip. SimSiam has the
/// same.
struct moco_v2_chain
    : chain<named<"crop", random_resized_crop<>>, named<"jitter", color_jitter<jitter_order::random>>,
            named<"gray", random_grayscale>,
            named<"blur", random_gaussian_blur<gaussian_blur_config{.kernel_px = 13}>>,  // three times the largest sigma
            named<"flip", random_horizontal_flip>, named<"normalise", normalise>> {};

struct moco_v2 : two_views<moco_v2_chain> {
  struct options : two_views<moco_v2_chain>::options {
    constexpr options() {
      get<"crop">().scale_low = 0.2f;
      get<"jitter">() = {.brightness = 0.4f, .contrast = 0.4f, .saturation = 0.4f, .hue = 0.1f};
      get<"normalise">() = imagenet_statistics;
    }
  };
};

/// Version 2 for CIFAR-10: no blur.
///
/// Source  moco, colab/moco_cifar10_demo.ipynb. Deviation: deviations of CIFAR-10 over all its pixels, where the notebook has the
///         mean of those of its images (0.2023, 0.1994, 0.2010)
struct moco_small_chain
    : chain<named<"crop", random_resized_crop<>>, named<"flip", random_horizontal_flip>,
            named<"jitter", color_jitter<jitter_order::random>>, named<"gray", random_grayscale>, named<"normalise", normalise>> {
};

struct moco_small : two_views<moco_small_chain> {
  struct options : two_views<moco_small_chain>::options {
    constexpr options() {
      get<"crop">().scale_low = 0.2f;
      get<"jitter">() = {.brightness = 0.4f, .contrast = 0.4f, .saturation = 0.4f, .hue = 0.1f};
      get<"normalise">() = cifar10_statistics;
    }
  };
};

}  // namespace ssl::augmentations
