// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

namespace task = ssl::augmentations;

struct run : small_run {
  using objective = ssl::objectives::relative_position<ssl::objectives::relative_position_small>;
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr int gap = 2;
#else
  static constexpr int gap = 1;
#endif
  using augmentation = task::relative_position_small<task::relative_position_config{.patch = 2, .gap = gap, .jitter = 1}>;
};

#include "next_lines.hpp"
