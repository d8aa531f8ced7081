// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using augmentation = ssl::augmentations::view_groups<
      ssl::augmentations::group<ssl::augmentations::views<1, ssl::augmentations::simclr_small_chain>>>;
#endif
};

#include "next_lines.hpp"
