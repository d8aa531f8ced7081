// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

struct run : small_run {
  using objective = ssl::objectives::rotation<>;
#ifndef PRETEXT_SHOULD_FAIL
  using augmentation = ssl::augmentations::rotation_small;
#endif
};

#include "next_lines.hpp"
