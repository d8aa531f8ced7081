// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr int batch = 0;
#endif
};

#include "next_lines.hpp"
