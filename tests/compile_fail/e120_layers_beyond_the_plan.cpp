// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

template <std::size_t>
using one_layer = ssl::named<"", linear_of<8>>;
template <std::size_t... I>
auto layers(std::index_sequence<I...>)
    -> ssl::layers::sequential<ssl::named<"flatten", ssl::layers::flatten>, one_layer<I>...>;

#ifdef PRETEXT_SHOULD_FAIL
constexpr int depth = 520;
#else
constexpr int depth = 4;
#endif

struct run : small_run {
  struct encoder : decltype(layers(std::make_index_sequence<depth>{})) {};
};

#include "next_lines.hpp"
