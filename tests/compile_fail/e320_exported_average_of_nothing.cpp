// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct objective : small_objective {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr bool exports_average = true;
#endif
};

struct run : small_run {
  using objective = ::objective;
};

#include "next_lines.hpp"
