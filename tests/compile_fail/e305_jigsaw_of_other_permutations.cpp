// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

namespace task = ssl::augmentations;

struct run : small_run {
  using objective = ssl::objectives::jigsaw<ssl::objectives::jigsaw_small>;  // of 24 permutations
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr int classes = 20;
#else
  static constexpr int classes = 24;
#endif
  using augmentation = task::jigsaw_small<task::jigsaw_config{.grid = 2, .tile = 4, .classes = classes}>;
};

#include "next_lines.hpp"
