// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using encoder = ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 8, .out = 4}>;
#else
  using encoder = ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 8, .out = 4, .norm = ssl::encoders::mlp_norm::none}>;
#endif
  static constexpr int chunks = 4;
};

#include "next_lines.hpp"
