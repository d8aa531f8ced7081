// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/ssl.hpp"

/// A run so small that the tests of the loop and its observers take no time.
template <ssl::encoders::mlp_norm Norm = ssl::encoders::mlp_norm::batch>
struct tiny_run_with : ssl::run_defaults {
  using encoder = ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 8, .out = 4, .norm = Norm}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 4, .output = 4}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::reference;
  static constexpr ssl::shape image{.h = 8, .w = 8, .c = 1};
  static constexpr int batch = 4;
};
