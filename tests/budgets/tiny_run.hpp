// SPDX-License-Identifier: Apache-2.0
// The smallest run with every policy, on the cpu backend.
#pragma once

#include "ssl/cpu.hpp"
#include "ssl/ssl.hpp"

struct tiny_run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 8, .stages = 2}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 32, .output = 16}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.h = 16, .w = 16, .c = 3};
  static constexpr int batch = 16;
};
