// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/detail/blocks.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace ssl::evaluation::detail;

TEST_CASE("blocks cover everything once, the last one smaller") {
  for (ssl::index const count : {0, 1, 7, 8, 9, 64}) {
    std::vector<int> times(static_cast<std::size_t>(count), 0);
    for_each_block(count, 4, [&](ssl::index first, ssl::index size) {
      for (ssl::index i = first; i < first + size; ++i) ++times[static_cast<std::size_t>(i)];
    });
    CHECK(times == std::vector<int>(static_cast<std::size_t>(count), 1));
  }
}

TEST_CASE("work in one thread is done once") {
  int times = 0;
  in_one_thread([&] { ++times; });
  CHECK(times == 1);
}

}  // namespace
