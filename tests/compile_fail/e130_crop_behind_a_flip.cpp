// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

namespace stages = ssl::augmentations;
using crop = ssl::named<"crop", stages::random_resized_crop<>>;
using flip = ssl::named<"flip", stages::random_horizontal_flip>;

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using augmentation = stages::two_views<stages::chain<flip, crop>>;
#else
  using augmentation = stages::two_views<stages::chain<crop, flip>>;
#endif
};

#include "next_lines.hpp"
