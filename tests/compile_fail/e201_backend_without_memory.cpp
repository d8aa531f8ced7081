// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

/// The reference, less its memory.
struct incomplete : ssl::backends::reference {
#ifdef PRETEXT_SHOULD_FAIL
  static void allocate() = delete;
#endif
};

struct run : small_run {
  using backend = incomplete;
};

#include "next_lines.hpp"
