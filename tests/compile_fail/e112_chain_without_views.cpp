// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using augmentation = ssl::augmentations::simclr_small_chain;  // does not say how many views there are
#endif
};

#include "next_lines.hpp"
