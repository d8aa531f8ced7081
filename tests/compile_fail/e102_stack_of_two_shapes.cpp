// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

struct objective : small_objective {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr auto graph = ssl::build_graph([](auto& g) {
    auto views = g.views(0);
    g.loss("nt_xent", {g.stack(g.apply("encoder", views), views)});
  });
#endif
};

struct run : small_run {
  using objective = ::objective;
};

#include "next_lines.hpp"
