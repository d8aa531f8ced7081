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
/// EMP-SSL's patches: many squares of one fixed size, a quarter of the image's area, resized to the image's own size.
///
/// Source  tsb0601/EMP-SSL: dataset/aug.py: area 0.25, ratio 1, bilinear; flip 0.5; jitter (0.4, 0.4, 0.4, 0.2) with probability 0.8;
///         grey 0.2; blur sigma 0.1 to 2 with probability 0.1; solarize at 0.5 with probability 0.1; normalised to [-1, 1].
///         Deviation: colours and blur as torchvision has them on floats, where the published code works on 8-bit images by PIL
namespace ssl::augmentations {

struct emp_ssl_chain
    : chain<named<"crop", random_resized_crop<>>, named<"flip", random_horizontal_flip>,
            named<"jitter", color_jitter<jitter_order::random>>, named<"gray", random_grayscale>,
            named<"blur", random_gaussian_blur<gaussian_blur_config{.kernel_px = 13}>>,  // three times the largest sigma
            named<"solarize", random_solarize>, named<"normalise", normalise>> {};

template <int Patches>
struct emp_ssl : view_groups<group<views<Patches, emp_ssl_chain>>> {
  struct options : view_groups<group<views<Patches, emp_ssl_chain>>>::options {
    constexpr options() {
      this->template get<"crop">() =
          random_resized_crop_options{.scale_low = 0.25f, .scale_high = 0.25f, .ratio_low = 1.0f, .ratio_high = 1.0f};
      this->template get<"jitter">() =
          color_jitter_options{.brightness = 0.4f, .contrast = 0.4f, .saturation = 0.4f, .hue = 0.2f};
      this->template get<"blur">().probability = 0.1f;
      this->template get<"solarize">().probability = 0.1f;
      channel_statistics& s = this->template get<"normalise">();
      for (int c = 0; c < channel_statistics::capacity; ++c) s.mean[c] = s.deviation[c] = 0.5f;
    }
  };
};

}  // namespace ssl::augmentations
