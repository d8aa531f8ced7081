// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

using convnet = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 2, .stages = 2}>;

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using encoder = convnet;
#else
  using encoder = ssl::encoders::lightness<convnet>;
#endif
  using augmentation = ssl::augmentations::colorization_small;
  using objective = ssl::objectives::colorization<ssl::objectives::colorization_config{.width = 2, .convs = 0, .neighbours = 2}>;
};

#include "next_lines.hpp"
