// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/quarter_turns.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/random_vertical_flip.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;
using ssl::named;

namespace {

using turn = chain<named<"turn", random_quarter_turn>>;
using flip = chain<named<"flip", random_vertical_flip>>;

static_assert(turn::accepts({1, 8, 8, 3}) && !turn::accepts({1, 8, 9, 3}) && flip::accepts({1, 8, 9, 3}));
static_assert(all_quarter_turns::accepts({1, 5, 5, 1}) && !all_quarter_turns::accepts({1, 5, 4, 1}));
static_assert(all_quarter_turns::layout({7, 5, 5, 2}) ==
              view_layout{.groups = 1, .group = {{4, {1, 5, 5, 2}}}, .label_wires = 1, .labels = {4}, .classes = {4}});

}  // namespace

TEST_CASE("quarter turns: counter-clockwise, of an image that is no square too") {
  // 1 2 3        3 6
  // 4 5 6   ->   2 5
  //              1 4
  std::vector<int> const in{1, 2, 3, 4, 5, 6};
  auto const turned = [&in](int turns) {
    std::vector<int> out(6);
    turn_quarters(in.data(), {1, 2, 3, 1}, turns, out.data());
    return out;
  };
  CHECK(turned(0) == in);
  CHECK(turned(1) == std::vector{3, 6, 2, 5, 1, 4});
  CHECK(turned(2) == std::vector{6, 5, 4, 3, 2, 1});
  CHECK(turned(3) == std::vector{4, 1, 5, 2, 6, 3});
}

TEST_CASE("quarter turns: the stage turns as the function does, across tiles, and each turn is as frequent") {
  for (int side : {1, 7, 40}) {  // 40 pixels have more than one tile
    random_picture const picture(side, side, 3);
    ssl::shape const image{1, side, side, 3};
    flip::options unflipped;
    unflipped.get<"flip">().probability = 0;
    std::vector<float> const plain = view_of<flip>(image, unflipped, {}, picture.view());
    int seen[4] = {};
    for (std::uint32_t sample = 0; sample < 400; ++sample) {
      ssl::draws stream({.sample = sample});
      int const turns = random_quarter_turn::draw({}, stream, image, {}).turns;
      ++seen[turns];
      if (sample >= 20) continue;
      std::vector<float> expected(plain.size());
      turn_quarters(plain.data(), image, turns, expected.data());
      CHECK(view_of<turn>(image, {}, {.sample = sample}, picture.view()) == expected);
    }
    for (int turns = 0; turns < 4; ++turns) {
      INFO(turns);
      CHECK(seen[turns] > 57);  // five standard deviations from 100
      CHECK(seen[turns] < 143);
    }
  }
}

TEST_CASE("vertical flip: rows change places, across tiles") {
  random_picture const picture(41, 40, 3);
  ssl::shape const image{1, 41, 40, 3};
  flip::options o;
  o.get<"flip">().probability = 1;
  std::vector<float> const flipped = view_of<flip>(image, o, {}, picture.view());
  int wrong = 0;
  for (int y = 0; y < 41; ++y)
    for (int i = 0; i < 120; ++i)
      wrong += flipped[static_cast<std::size_t>(y * 120 + i)] !=
               static_cast<float>(picture.view().data[(40 - y) * 120 + i]) * unit_of_bytes<float>;
  CHECK(wrong == 0);
}
