// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using encoder =
      ssl::layers::sequential<ssl::named<"conv", ssl::layers::conv2d<ssl::layers::conv_config{.out = 4, .stride = 0}>>>;
#endif
};

#include "next_lines.hpp"
