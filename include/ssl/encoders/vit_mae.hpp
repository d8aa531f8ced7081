// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/encoders/vit.hpp"

/// \file
/// The vision transformers of masked autoencoders: positions are fixed waves, features the mean of the patches, normed behind it.
namespace ssl::encoders {

namespace detail {
constexpr vit_config mae_vit(int image, int patch, int width, int depth, int heads) {
  return {.image_h = image,
          .image_w = image,
          .patch = patch,
          .width = width,
          .depth = depth,
          .heads = heads,
          .pool = vit_pool::average,
          .position_table = layers::position_table::sine_cosine};
}
}  // namespace detail

/// Source  He et al. 2021, arXiv:2111.06377; facebookresearch/mae: models_vit.py with global_pool
struct mae_vit_base : vit<detail::mae_vit(224, 16, 768, 12, 12)> {};
struct mae_vit_large : vit<detail::mae_vit(224, 16, 1024, 24, 16)> {};
struct mae_vit_huge : vit<detail::mae_vit(224, 14, 1280, 32, 16)> {};

/// For images of 32 pixels and two cores: 64 patches, of which a masked autoencoder shows it 16.
struct mae_vit_cifar : vit<detail::mae_vit(32, 4, 64, 4, 2)> {};

}  // namespace ssl::encoders
