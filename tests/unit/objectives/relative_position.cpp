// SPDX-License-Identifier: Apache-2.0
#include "ssl/objectives/relative_position.hpp"

#include <doctest/doctest.h>

namespace {

using namespace ssl;
using augmentations::neighbour_pairs;

/// Do the patches that the graph puts side by side lie to each other as the label of their pair says? Eight places around a centre.
template <int Grid, neighbour_pairs Pairs>
void expect_places() {
  using objective = objectives::relative_position<objectives::relative_position_config{.grid = Grid, .pairs = Pairs}>;
  constexpr int count = objective::pairs.count;
  REQUIRE(objective::graph.listed == 2 * count);
  for (int e = 0; e < count; ++e) {
    int const first = objective::graph.list[e], second = objective::graph.list[count + e];
    int const down = second / Grid - first / Grid, right = second % Grid - first % Grid;
    int const place = 3 * (down + 1) + right + 1;
    INFO("pair " << e << ": " << first << ", " << second);
    CHECK((place != 4 && objective::pairs.pair[e].place == place - (place > 4)));
  }
}

TEST_CASE("relative position: both patches of a pair lie as its label says") {
  expect_places<2, neighbour_pairs::all>();
  expect_places<3, neighbour_pairs::all>();
  expect_places<3, neighbour_pairs::centre>();
  expect_places<4, neighbour_pairs::all>();
}

}  // namespace
