// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/relative_position.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <vector>

#include "unit/augmentations/made_batch.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;

namespace {

constexpr relative_position_config plain{
    .grid = 3, .patch = 4, .gap = 3, .jitter = 1, .pairs = neighbour_pairs::centre, .colours = piece_colours::unchanged};
constexpr relative_position_config with_all_pairs{.grid = 3, .patch = 4, .gap = 3, .jitter = 1};
using task = relative_position<plain>;
static_assert(plain.extent() == 18 && relative_position_config{}.pitch() == 144);
static_assert(task::layout({1, 20, 22, 1}) ==
              view_layout{.groups = 1, .group = {{9, {1, 4, 4, 1}}}, .label_wires = 1, .labels = {8}, .classes = {8}});
static_assert(relative_position<with_all_pairs>::layout({1, 20, 22, 1}).labels[0] == 40);
static_assert(task::accepts({1, 18, 18, 1}) && !task::accepts({1, 17, 18, 1}) && !task::accepts({1, 18, 17, 1}));
static_assert(!relative_position<relative_position_config{
                  .grid = 4, .patch = 2, .gap = 1, .pairs = neighbour_pairs::centre}>::accepts({1, 50, 50, 1}));

}  // namespace

TEST_CASE("relative position: patches lie on a grid with gaps, each moved by its jitter, inside the image") {
  ssl::shape const image{1, 21, 30, 1};
  std::vector<float> view(21 * 30);
  for (std::size_t i = 0; i < view.size(); ++i) view[i] = static_cast<float>(i);  // every pixel tells its place
  made_batch<task> made(image, 1);
  std::set<int> tops, lefts, jitters;
  for (std::uint32_t sample = 0; sample < 300; ++sample) {
    ssl::draws stream({.sample = sample});
    task::apply(image, {.small_probability = 0}, stream, view.data(), made.out, made.memory);
    auto const corner = [&](int p) { return static_cast<int>(*made.out.view(made.layout, 0, p)); };
    for (int p = 0; p < 9; ++p) {
      int const top = corner(p) / 30, left = corner(p) % 30;
      REQUIRE((top >= 0 && top <= 17 && left >= 0 && left <= 26));
      REQUIRE(made.out.view(made.layout, 0, p)[15] == static_cast<float>(corner(p) + 3 * 30 + 3));
      if (p == 0) continue;
      REQUIRE(std::abs(top - corner(0) / 30 - p / 3 * 7) <= 2);
      REQUIRE(std::abs(left - corner(0) % 30 - p % 3 * 7) <= 2);
    }
    tops.insert(corner(4) / 30 - 7);
    lefts.insert(corner(4) % 30 - 7);
    jitters.insert(corner(5) / 30 - corner(4) / 30);
  }
  CHECK(tops == std::set<int>{-1, 0, 1, 2, 3, 4});            // origin 0 to 3, what the image has room for; jitter -1 to 1
  CHECK(lefts == std::set<int>{-1, 0, 1, 2, 3, 4, 5, 6, 7});  // origin 0 to 6, less than a patch and its gap
  CHECK(jitters == std::set<int>{-2, -1, 0, 1, 2});
}

TEST_CASE("relative position: of the centre's pairs each place comes once; of all pairs both orders are there") {
  made_batch<task> made({1, 18, 18, 3}, 1);
  std::vector<float> const view(18 * 18 * 3, 0.5f);
  ssl::draws stream({});
  task::apply({1, 18, 18, 3}, {}, stream, view.data(), made.out, made.memory);
  CHECK(made.labels[0] == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(made.complete());
  constexpr neighbour_list<4> all(neighbour_pairs::all);
  CHECK(all.count == 84);
  int mirrored = 0;
  for (int i = 0; i < all.count; ++i)
    for (int k = 0; k < all.count; ++k)
      mirrored += all.pair[i] == neighbours{all.pair[k].neighbour, all.pair[k].patch, 7 - all.pair[k].place};
  CHECK(mirrored == all.count);
}

TEST_CASE("relative position: small patches lose their detail and keep their mean") {
  ssl::shape const image{1, 18, 18, 3};
  std::vector<float> const view = random_planes<float>(18, 18, 3).values();
  made_batch<task> sharp(image, 1), soft(image, 1);
  int softer = 0;
  for (std::uint32_t sample = 0; sample < 20; ++sample) {
    ssl::draws one({.sample = sample}), two({.sample = sample});
    task::apply(image, {.small_probability = 0}, one, view.data(), sharp.out, sharp.memory);
    task::apply(image, {.small_probability = 1, .small_side = 0.25f}, two, view.data(), soft.out, soft.memory);
    auto const spread = [](std::vector<float> const& v) {
      double sum = 0, squares = 0;
      for (float x : v) sum += static_cast<double>(x), squares += static_cast<double>(x * x);
      return squares / static_cast<double>(v.size()) - sum * sum / static_cast<double>(v.size() * v.size());
    };
    softer += spread(soft.views[0]) < 0.7 * spread(sharp.views[0]);
  }
  CHECK(softer == 20);
}
