// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/block_mask.hpp"
#include "ssl/augmentations/byol.hpp"
#include "ssl/augmentations/two_views.hpp"
#include "ssl/augmentations/with_masks.hpp"

/// \file
/// Crops of two sizes: large ones of much of the picture, in group 0, and small ones of little of it, in group 1. The large ones
/// have the size of the run's image.
namespace ssl::augmentations {

/// Multi-crop of DINO: two different global views as BYOL has them, and local views blurred half of the time.
///
/// Source  Caron et al. 2021, arXiv:2104.14294, and facebookresearch/dino main_dino.py: 2 of 224 pixels, area 0.4 to 1; 8 of 96
///         pixels, area 0.05 to 0.4; jitter (0.4, 0.4, 0.2, 0.1), grey 0.2; blur with probability 1, 0.1, 0.5; solarize 0.2 in
///         the second. Deviation: the blur is a Gaussian, where PIL approximates it by boxes, of 13 pixels, three times the
///         largest sigma
struct dino_chain
    : chain<named<"crop", random_resized_crop<resample_config{.filter = filter::bicubic}>>, named<"flip", random_horizontal_flip>,
            named<"jitter", color_jitter<jitter_order::random>>, named<"gray", random_grayscale>,
            named<"blur", random_gaussian_blur<gaussian_blur_config{.kernel_px = 13}>>, named<"solarize", random_solarize>,
            named<"normalise", normalise>> {};

struct crop_scales {
  float global_low = 0.4f, global_high = 1.0f, local_low = 0.05f, local_high = 0.4f;
};

/// LocalCount local views of LocalSize pixels.
template <int LocalSize, int LocalCount>
struct dino_views : view_groups<group<views<1, dino_chain>, views<1, dino_chain>>,
                                sized_group<view_size{LocalSize, LocalSize}, views<LocalCount, dino_chain>>> {
  using base = view_groups<group<views<1, dino_chain>, views<1, dino_chain>>,
                           sized_group<view_size{LocalSize, LocalSize}, views<LocalCount, dino_chain>>>;
  struct options : base::options {
    constexpr options() : options(crop_scales{}) {}
    constexpr explicit options(crop_scales scales) {
      base::options::template chain<0>() = view(1.0f, 0.0f, scales.global_low, scales.global_high);
      base::options::template chain<1>() = view(0.1f, 0.2f, scales.global_low, scales.global_high);
      base::options::template chain<2>() = view(0.5f, 0.0f, scales.local_low, scales.local_high);
    }

   private:
    static constexpr dino_chain::options view(float blur, float solarize, float scale_low, float scale_high) {
      dino_chain::options o = byol_view<dino_chain>(blur, solarize);
      o.get<"crop">().scale_low = scale_low, o.get<"crop">().scale_high = scale_high;
      return o;
    }
  };
};

struct dino : dino_views<96, 8> {};

/// DINO for images of 32 pixels: local views of half the size.
///
/// Source  hananshafi/vits-for-small-scale-datasets, train_ssl.py: global area 0.7 to 1, local 0.2 to 0.5, statistics of CIFAR-10
struct dino_small : dino_views<16, 8> {
  struct options : dino_views<16, 8>::options {
    constexpr options() : dino_views<16, 8>::options({0.7f, 1.0f, 0.2f, 0.5f}) {
      chain<0>().get<"normalise">() = chain<1>().get<"normalise">() = chain<2>().get<"normalise">() = cifar10_statistics;
    }
  };
};

/// DINO's views with block-wise masks of the two global views.
template <int Patch, int LocalSize, int LocalCount>
struct dinov2_views : with_masks<dino_views<LocalSize, LocalCount>, masks<2, block_mask<block_mask_config{Patch}>>> {
  using base = with_masks<dino_views<LocalSize, LocalCount>, masks<2, block_mask<block_mask_config{Patch}>>>;
  struct options : base::options {
    constexpr options() {
      using view_options = typename dino_views<LocalSize, LocalCount>::options;
      static_cast<view_options&>(*this) = view_options({0.32f, 1.0f, 0.05f, 0.32f});
    }
  };
};

/// For patches of Patch pixels.
///
/// Source  Oquab et al. 2023, arXiv:2304.07193, and facebookresearch/dinov2 ssl_default_config.yaml: 2 of 224 pixels, area 0.32
///         to 1; 8 of 96 pixels (98 for patches of 14), area 0.05 to 0.32; masks as block_mask has them
template <int Patch = 16, int LocalSize = Patch == 14 ? 98 : 96>
struct dinov2 : dinov2_views<Patch, LocalSize, 8> {};

/// For images of 32 pixels and patches of 4: six local views of half the size, statistics of CIFAR-10. No such recipe is published.
struct dinov2_small : dinov2_views<4, 16, 6> {
  struct options : dinov2_views<4, 16, 6>::options {
    constexpr options() {
      chain<0>().get<"normalise">() = chain<1>().get<"normalise">() = chain<2>().get<"normalise">() = cifar10_statistics;
    }
  };
};

/// Multi-crop of SwAV.
///
/// Source  Caron et al. 2020, arXiv:2006.09882, and facebookresearch/swav, src/multicropdataset.py: 2 of 224 pixels, area 0.14 to
///         1; 6 of 96 pixels, area 0.05 to 0.14; bilinear; flip 0.5; jitter (0.8, 0.8, 0.8, 0.2) with probability 0.8; grey 0.2;
///         blur with probability 0.5, kernel of 23, sigma 0.1 to 2, reflected. Deviation: colours on floats; deviations of
///         ImageNet's channels as torchvision has them (0.229, 0.224, 0.225), where SwAV has 0.228 for red
struct swav_chain
    : chain<named<"crop", random_resized_crop<>>, named<"flip", random_horizontal_flip>,
            named<"jitter", color_jitter<jitter_order::random>>, named<"gray", random_grayscale>,
            named<"blur", random_gaussian_blur<gaussian_blur_config{.kernel_px = 23}>>, named<"normalise", normalise>> {};

template <int LocalSize, int LocalCount>
struct swav_views
    : view_groups<group<views<2, swav_chain>>, sized_group<view_size{LocalSize, LocalSize}, views<LocalCount, swav_chain>>> {
  using base =
      view_groups<group<views<2, swav_chain>>, sized_group<view_size{LocalSize, LocalSize}, views<LocalCount, swav_chain>>>;
  struct options : base::options {
    constexpr options() {
      auto& large = base::options::template chain<0>();
      auto& small = base::options::template chain<1>();
      large.template get<"crop">().scale_low = 0.14f;
      small.template get<"crop">().scale_low = 0.05f, small.template get<"crop">().scale_high = 0.14f;
      large.template get<"normalise">() = small.template get<"normalise">() = imagenet_statistics;
    }
  };
};

struct swav : swav_views<96, 6> {};

}  // namespace ssl::augmentations
