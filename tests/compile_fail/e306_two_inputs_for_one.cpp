// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

struct objective : small_objective {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr auto graph = ssl::build_graph([](auto& g) {
    auto features = g.apply("encoder", g.views(0));
    g.loss("nt_xent", {features, features});
  });
#endif
};

struct run : small_run {
  using objective = ::objective;
};

#include "next_lines.hpp"
