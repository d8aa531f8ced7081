// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

/// DINOv2 masks patches for the student, whose encoder must have a token to put in their places.
struct run : small_run {
  static constexpr ssl::encoders::vit_config tokens{
      .image_h = 8,
      .image_w = 8,
      .patch = 4,
      .width = 8,
      .depth = 1,
      .heads = 2,
      .pool = ssl::encoders::vit_pool::none,
#ifndef PRETEXT_SHOULD_FAIL
      .mask_token = ssl::encoders::vit_mask_token::learned,
#endif
  };
  using encoder = ssl::encoders::vit<tokens>;
  using augmentation = ssl::augmentations::dinov2_views<4, 4, 2>;
  using objective = ssl::objectives::dinov2<ssl::objectives::dinov2_config{
      .projector = ssl::layers::dino_projection({.hidden = 8, .out = 4, .layers = 2}), .prototypes = 8, .local_views = 2}>;
};

#include "next_lines.hpp"
