// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
  using encoder = ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 8, .out = 4, .norm = ssl::encoders::mlp_norm::none}>;
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr int chunks = 3;
#else
  static constexpr int chunks = 2;
#endif
};

#include "next_lines.hpp"
