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
/// SimCLR's two views: crop, flip, jitter, grey, blur, normalise, in this order.
///
/// Source  Chen et al. 2020, arXiv:2002.05709, appendix A, and google-research/simclr data_util.py: area 0.08 to 1, ratio 3/4 to
///         4/3, bicubic; flip 0.5; jitter (0.8 s, 0.8 s, 0.8 s, 0.2 s) with probability 0.8 in random order; grey 0.2; blur with
///         probability 0.5, kernel a tenth of the height, sigma 0.1 to 2. s = 1 for ImageNet; for CIFAR-10 s = 0.5 and no blur.
///         Deviations: colours and blur as torchvision has them (see color.hpp, gaussian_blur.hpp); values are normalised, which
///         SimCLR's own code does not do and its PyTorch ports do
namespace ssl::augmentations {

/// For images of ImageNet's kind and size, strength s = 1, normalised by ImageNet's statistics.
struct simclr_chain
    : chain<named<"crop", random_resized_crop<resample_config{.filter = filter::bicubic}>>, named<"flip", random_horizontal_flip>,
            named<"jitter", color_jitter<jitter_order::random>>, named<"gray", random_grayscale>,
            named<"blur", random_gaussian_blur<>>, named<"normalise", normalise>> {};

struct simclr : two_views<simclr_chain> {
  struct options : two_views<simclr_chain>::options {
    constexpr options() { get<"normalise">() = imagenet_statistics; }
  };
};

/// As SimCLR's own code has it (version 2, tf2/data_util.py): its forms of contrast, saturation and blur, and no normalisation.
/// For version 1 take jitter_form::simclr_version_1.
struct simclr_original_chain
    : chain<named<"crop", random_resized_crop<resample_config{.filter = filter::bicubic}>>, named<"flip", random_horizontal_flip>,
            named<"jitter", color_jitter<jitter_order::random, jitter_form::simclr>>, named<"gray", random_grayscale>,
            named<"blur", random_gaussian_blur<gaussian_blur_config{.border = blur_border::zero}>>> {};

using simclr_original = two_views<simclr_original_chain>;

/// For small images such as those of CIFAR-10: s = 0.5 and no blur, normalised by CIFAR-10's statistics. For another data set set
/// `options.get<"normalise">()`; for images of one channel that is a must.
struct simclr_small_chain
    : chain<named<"crop", random_resized_crop<resample_config{.filter = filter::bicubic}>>, named<"flip", random_horizontal_flip>,
            named<"jitter", color_jitter<jitter_order::random>>, named<"gray", random_grayscale>, named<"normalise", normalise>> {
};

struct simclr_small : two_views<simclr_small_chain> {
  struct options : two_views<simclr_small_chain>::options {
    constexpr options() {
      get<"jitter">() = {.brightness = 0.4f, .contrast = 0.4f, .saturation = 0.4f, .hue = 0.1f};
      get<"normalise">() = cifar10_statistics;
    }
  };
};

/// simclr_small with what many PyTorch codes have instead: bilinear crops of at least a fifth of the area, and the four
/// adjustments of the jitter always in the order brightness, contrast, saturation, hue.
struct simclr_small_fixed_order_chain
    : chain<named<"crop", random_resized_crop<resample_config{.filter = filter::bilinear}>>,
            named<"flip", random_horizontal_flip>, named<"jitter", color_jitter<jitter_order::fixed>>,
            named<"gray", random_grayscale>, named<"normalise", normalise>> {};

struct simclr_small_fixed_order : two_views<simclr_small_fixed_order_chain> {
  struct options : two_views<simclr_small_fixed_order_chain>::options {
    constexpr options() {
      get<"crop">().scale_low = 0.2f;
      get<"jitter">() = {.brightness = 0.4f, .contrast = 0.4f, .saturation = 0.4f, .hue = 0.1f};
      get<"normalise">() = cifar10_statistics;
    }
  };
};

}  // namespace ssl::augmentations
