// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

struct objective : small_objective {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr auto graph = ssl::build_graph([](auto&) {});
#endif
};

struct run : small_run {
  using objective = ::objective;
};

#include "next_lines.hpp"
