// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr ssl::shape image{.h = -8, .w = 8, .c = 3};
#endif
};

#include "next_lines.hpp"
