// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

struct empty {};

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using backend = empty;
#endif
};

#include "next_lines.hpp"
