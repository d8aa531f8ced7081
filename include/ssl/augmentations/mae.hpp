// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_order.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/two_views.hpp"
#include "ssl/augmentations/with_masks.hpp"

/// \file
/// MAE's one view, and a random order of its patches.
///
/// Source  He et al. 2021, arXiv:2111.06377, and facebookresearch/mae main_pretrain.py: area 0.2 to 1, bicubic; flip; nothing
///         else. Deviation: none
namespace ssl::augmentations {

struct mae_chain : chain<named<"crop", random_resized_crop<resample_config{.filter = filter::bicubic}>>,
                         named<"flip", random_horizontal_flip>, named<"normalise", normalise>> {};

/// Patch is that of the encoder, in pixels.
template <int Patch = 16>
struct mae : with_masks<view_groups<group<views<1, mae_chain>>>, masks<1, random_order<random_order_config{Patch}>>> {
  using base = with_masks<view_groups<group<views<1, mae_chain>>>, masks<1, random_order<random_order_config{Patch}>>>;
  struct options : base::options {
    constexpr options() {
      this->template get<"crop">().scale_low = 0.2f;
      this->template get<"normalise">() = imagenet_statistics;
    }
  };
};

/// For images of 32 pixels such as those of CIFAR-10, normalised by its statistics.
struct mae_small : mae<4> {
  struct options : mae<4>::options {
    constexpr options() { get<"normalise">() = cifar10_statistics; }
  };
};

}  // namespace ssl::augmentations
