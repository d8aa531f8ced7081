// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct objective : small_objective {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr auto graph = ssl::build_graph([](auto& g) {
    g.state("queue");
    g.loss("nt_xent", {g.apply("encoder", g.views(0))});
  });
#endif
};

struct run : small_run {
  using objective = ::objective;
};

#include "next_lines.hpp"
