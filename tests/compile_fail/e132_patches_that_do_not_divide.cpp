// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr ssl::shape image{.h = 8, .w = 9, .c = 3};
#else
  static constexpr ssl::shape image{.h = 8, .w = 8, .c = 3};
#endif
  using encoder = ssl::encoders::vit<ssl::encoders::vit_config{
      .image_h = image.h, .image_w = image.w, .patch = 2, .width = 8, .depth = 1, .heads = 2}>;
  using augmentation = ssl::augmentations::mae<2>;
  using objective = ssl::objectives::mae<ssl::objectives::mae_config{
      .image_h = image.h, .image_w = image.w, .patch = 2, .decoder_width = 8, .decoder_depth = 1, .decoder_heads = 2}>;
};

#include "next_lines.hpp"
