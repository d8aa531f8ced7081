// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

namespace stages = ssl::augmentations;

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr ssl::shape image{.h = 8, .w = 12, .c = 3};
#else
  static constexpr ssl::shape image{.h = 8, .w = 8, .c = 3};
#endif
  using augmentation = stages::two_views<stages::chain<ssl::named<"crop", stages::random_resized_crop<>>,  //
                                                       ssl::named<"turn", stages::random_quarter_turn>>>;
};

#include "next_lines.hpp"
