// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

using block = ssl::layers::repeat<3, ssl::named<"", linear_of<8>>::type>;
#ifdef PRETEXT_SHOULD_FAIL
using branch = block;
#else
using branch = ssl::layers::sequential<ssl::named<"", block>, ssl::named<"", linear_of<8>>>;
#endif

struct run : small_run {
  using encoder = ssl::layers::sequential<ssl::named<"flatten", ssl::layers::flatten>, ssl::named<"first", linear_of<8>>,
                                          ssl::named<"block", ssl::layers::residual<ssl::named<"branch", branch>>>>;
};

#include "next_lines.hpp"
