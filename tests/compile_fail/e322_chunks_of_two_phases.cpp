// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct objective : small_objective {
  static constexpr auto graph = ssl::build_graph([](auto& g) {
    auto embeddings = g.apply("projector", g.apply("encoder", g.views(0)));
    g.loss("nt_xent", {embeddings}, {.updates = {"encoder"}});
#ifdef PRETEXT_SHOULD_FAIL
    g.loss("nt_xent", {embeddings}, {.phase = 1, .updates = {"projector"}});
#endif
  });
};

struct run : small_run {
  using encoder = ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 8, .out = 4, .norm = ssl::encoders::mlp_norm::none}>;
  using objective = ::objective;
  static constexpr int chunks = 2;
};

#include "next_lines.hpp"
