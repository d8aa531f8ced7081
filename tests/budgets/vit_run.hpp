// SPDX-License-Identifier: Apache-2.0
// A vision transformer of the size called small, of any depth, with everything that trains it.
#pragma once

#include "tiny_run.hpp"

template <int Depth>
struct vit_run : tiny_run {
  using encoder = ssl::encoders::vit<ssl::encoders::vit_config{
      .image_h = 64, .image_w = 64, .patch = 8, .width = 384, .depth = Depth, .heads = 6}>;
  using optimizer = ssl::optimizers::adamw;
  static constexpr ssl::shape image{.h = 64, .w = 64, .c = 3};
};
