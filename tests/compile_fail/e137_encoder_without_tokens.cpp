// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using encoder = ssl::encoders::resnet18_cifar;
#else
  using encoder =
      ssl::encoders::vit<ssl::encoders::vit_config{.image_h = 8, .image_w = 8, .patch = 2, .width = 8, .depth = 1, .heads = 2}>;
#endif
  using augmentation = ssl::augmentations::mae<2>;
  using objective = ssl::objectives::mae<ssl::objectives::mae_config{
      .image_h = 8, .image_w = 8, .patch = 2, .decoder_width = 8, .decoder_depth = 1, .decoder_heads = 2}>;
};

#include "next_lines.hpp"
