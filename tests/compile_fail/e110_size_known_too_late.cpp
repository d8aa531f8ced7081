// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  static inline int batch = 4;  // not a constant
#endif
};

#include "next_lines.hpp"
