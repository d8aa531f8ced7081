// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr int groups = 0;
#else
  static constexpr int groups = 2;
#endif
  using encoder = ssl::layers::conv2d<ssl::layers::conv_config{.out = 4, .kernel = 4, .groups = groups}>;
  static constexpr ssl::shape image{.h = 4, .w = 4, .c = 2};
};

#include "next_lines.hpp"
