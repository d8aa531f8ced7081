// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

#ifdef PRETEXT_SHOULD_FAIL
struct run : ssl::run_defaults {
  using encoder = small_run::encoder;
  static constexpr ssl::shape image{.h = 8, .w = 8, .c = 3};
};
#else
struct run : small_run {};
#endif

#include "next_lines.hpp"
