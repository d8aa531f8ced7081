// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
#include "small_run.hpp"

using ssl::named;
using ssl::layers::sequential;

template <class Block>
struct five_times : sequential<named<"0", Block>, named<"1", Block>, named<"2", Block>, named<"3", Block>, named<"4", Block>> {};
using twenty_five = five_times<five_times<linear_of<8>>>;

#ifdef PRETEXT_SHOULD_FAIL
using layers = five_times<five_times<twenty_five>>;  // 625, written out
#else
using layers = ssl::layers::repeat<25, twenty_five>;
#endif

struct run : small_run {
  using encoder = sequential<named<"flatten", ssl::layers::flatten>, named<"first", linear_of<8>>, named<"layers", layers>>;
};

#include "next_lines.hpp"
