// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using encoder = int;
#endif
};

#include "next_lines.hpp"
