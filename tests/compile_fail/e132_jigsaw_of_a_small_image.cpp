// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

namespace task = ssl::augmentations;

struct run : small_run {
  using objective = ssl::objectives::jigsaw<ssl::objectives::jigsaw_small>;
#ifdef PRETEXT_SHOULD_FAIL
  using augmentation = task::jigsaw_small<>;  // 2 x 2 tiles of 12 pixels
#else
  using augmentation = task::jigsaw_small<task::jigsaw_config{.grid = 2, .tile = 4, .classes = 24}>;
#endif
};

#include "next_lines.hpp"
