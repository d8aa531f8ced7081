// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

/// DINOv2 predicts patch tokens, which a convolutional encoder does not give.
struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 4, .stages = 2}>;
#else
  using encoder = ssl::encoders::vit<ssl::encoders::vit_config{.image_h = 8,
                                                               .image_w = 8,
                                                               .patch = 4,
                                                               .width = 8,
                                                               .depth = 1,
                                                               .heads = 2,
                                                               .pool = ssl::encoders::vit_pool::none,
                                                               .mask_token = ssl::encoders::vit_mask_token::learned}>;
#endif
  using augmentation = ssl::augmentations::dinov2_views<4, 4, 2>;
  using objective = ssl::objectives::dinov2<ssl::objectives::dinov2_config{
      .projector = ssl::layers::dino_projection({.hidden = 8, .out = 4, .layers = 2}), .prototypes = 8, .local_views = 2}>;
};

#include "next_lines.hpp"
