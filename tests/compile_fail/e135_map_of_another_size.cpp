// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr int stages = 2;  // a map of 4 x 4
#else
  static constexpr int stages = 3;
#endif
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 2, .stages = stages}>;
  using augmentation = ssl::augmentations::context_encoder_small<
      ssl::augmentations::centre_hole<ssl::augmentations::centre_hole_config{.ring = 1}>>;
  using objective = ssl::objectives::inpainting<ssl::objectives::inpainting_config{
      .map = 2, .bottleneck = 3, .doublings = 1, .width = 2}>;
};

#include "next_lines.hpp"
