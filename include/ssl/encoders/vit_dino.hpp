// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/encoders/vit.hpp"

/// \file
/// The vision transformers of DINO and DINOv2 under the names of their torch.hub entries.
namespace ssl::encoders {

namespace detail {

/// facebookresearch/dino: vision_transformer.py.
constexpr vit_config dino_vit(int patch, int width) {
  return {.patch = patch, .width = width, .heads = width / 64, .interpolation = layers::interpolation::bicubic_offset};
}

/// facebookresearch/dinov2: models/vision_transformer.py with the configuration of the published weights, trained up to 518 pixels. The
/// largest has gated feed-forward networks; with registers positions are resampled in another way.
constexpr vit_config dinov2_vit(int width, int depth, int registers) {
  return {.image_h = 518,
          .image_w = 518,
          .patch = 14,
          .width = width,
          .depth = depth,
          .heads = width / 64,
          .feed_forward = width == 1536 ? layers::feed_forward::swiglu : layers::feed_forward::mlp,
          .interpolation = registers > 0 ? layers::interpolation::bicubic_antialias : layers::interpolation::bicubic_offset,
          .mask_token = vit_mask_token::learned,
          .registers = registers,
          .layer_scale_millionths = 10};
}

/// As DINOv2 trains: all tokens, a mask token, branches that skip samples.
constexpr vit_config dinov2_training(int patch, int width, int depth, layers::feed_forward feed_forward, int skipped_per_mille) {
  return {.patch = patch,
          .width = width,
          .depth = depth,
          .heads = width / 64,
          .feed_forward = feed_forward,
          .pool = vit_pool::none,
          .interpolation = layers::interpolation::bicubic_offset,
          .mask_token = vit_mask_token::learned,
          .layer_scale_millionths = 10,
          .skipped_per_mille = skipped_per_mille};
}

}  // namespace detail

/// Source  Caron et al. 2021, arXiv:2104.14294. Deviation: none (training draws as timm does)
struct dino_vits16 : vit<detail::dino_vit(16, 384)> {};
struct dino_vits8 : vit<detail::dino_vit(8, 384)> {};
struct dino_vitb16 : vit<detail::dino_vit(16, 768)> {};
struct dino_vitb8 : vit<detail::dino_vit(8, 768)> {};

/// The class token's features. Source  Oquab et al. 2023, arXiv:2304.07193; with registers Darcet et al. 2023, arXiv:2309.16588.
/// Deviation: none
struct dinov2_vits14 : vit<detail::dinov2_vit(384, 12, 0)> {};
struct dinov2_vitb14 : vit<detail::dinov2_vit(768, 12, 0)> {};
struct dinov2_vitl14 : vit<detail::dinov2_vit(1024, 24, 0)> {};
struct dinov2_vitg14 : vit<detail::dinov2_vit(1536, 40, 0)> {};
struct dinov2_vits14_reg : vit<detail::dinov2_vit(384, 12, 4)> {};
struct dinov2_vitb14_reg : vit<detail::dinov2_vit(768, 12, 4)> {};
struct dinov2_vitl14_reg : vit<detail::dinov2_vit(1024, 24, 4)> {};
struct dinov2_vitg14_reg : vit<detail::dinov2_vit(1536, 40, 4)> {};

/// What objectives::dinov2 trains; class_token_of gives the encoder to ship.
/// Source  facebookresearch/dinov2: configs/train/vitl16_short.yaml, vitl14.yaml, vitg14.yaml and ssl_default_config.yaml: drop rates
///         of 0.3, 0.4 and 0.4 in every block, images of 224 pixels. The small one, of images of 32 pixels, is ours: half of
///         ViT-T's depth, the rate of lightly's small benchmark
struct dinov2_vitl16_training : vit<detail::dinov2_training(16, 1024, 24, layers::feed_forward::mlp, 300)> {};
struct dinov2_vitl14_training : vit<detail::dinov2_training(14, 1024, 24, layers::feed_forward::swiglu, 400)> {};
struct dinov2_vitg14_training : vit<detail::dinov2_training(14, 1536, 40, layers::feed_forward::swiglu, 400)> {};
struct dinov2_vit_small_training : vit<vit_config{.image_h = 32,
                                                  .image_w = 32,
                                                  .patch = 4,
                                                  .width = 192,
                                                  .depth = 6,
                                                  .heads = 3,
                                                  .pool = vit_pool::none,
                                                  .interpolation = layers::interpolation::bicubic_offset,
                                                  .mask_token = vit_mask_token::learned,
                                                  .layer_scale_millionths = 10,
                                                  .skipped_per_mille = 100}> {};

}  // namespace ssl::encoders
