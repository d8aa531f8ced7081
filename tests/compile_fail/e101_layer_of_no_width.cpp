// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  using encoder = ssl::layers::sequential<ssl::named<"first", linear_of<4>>, ssl::named<"second", linear_of<0>>>;
#endif
};

#include "next_lines.hpp"
