// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

namespace task = ssl::augmentations;

struct run : small_run {
  using encoder =
      ssl::encoders::vit<ssl::encoders::vit_config{.image_h = 8, .image_w = 8, .patch = 2, .width = 8, .depth = 1, .heads = 2}>;
  using objective = ssl::objectives::jigsaw<ssl::objectives::jigsaw_small>;
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr int tile = 3;
#else
  static constexpr int tile = 4;
#endif
  using augmentation = task::jigsaw_small<task::jigsaw_config{.grid = 2, .tile = tile, .classes = 24}>;
};

#include "next_lines.hpp"
