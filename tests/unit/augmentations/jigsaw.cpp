// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/jigsaw.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/permutations.hpp"
#include "ssl/augmentations/piece.hpp"
#include "ssl/augmentations/task_views.hpp"
#include "unit/augmentations/made_batch.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;
using ssl::named;

namespace {

static_assert(permutation_set<4>::size == 24 && permutation_set<9>::size == 1512);
static_assert(permutation_set<6>::exists && permutation_set<9>::exists && permutation_set<12>::exists &&
              !permutation_set<16>::exists);
static_assert(permutation_set<9>::tile(0, 5) == 5);

template <int Tiles>
std::vector<std::array<int, Tiles>> all_permutations() {
  std::vector<std::array<int, Tiles>> all(permutation_set<Tiles>::size);
  for (int k = 0; k < permutation_set<Tiles>::size; ++k)
    for (int slot = 0; slot < Tiles; ++slot)
      all[static_cast<std::size_t>(k)][static_cast<std::size_t>(slot)] = permutation_set<Tiles>::tile(k, slot);
  return all;
}

/// Most places in which two of the first `count` agree.
template <int Tiles>
int most_alike(std::vector<std::array<int, Tiles>> const& all, std::size_t count) {
  int most = 0;
  for (std::size_t a = 0; a < count; ++a)
    for (std::size_t b = 0; b < a; ++b) {
      int same = 0;
      for (std::size_t s = 0; s < Tiles; ++s) same += all[a][s] == all[b][s];
      most = std::max(most, same);
    }
  return most;
}

template <int Tiles>
void check_set() {
  auto const all = all_permutations<Tiles>();
  for (auto p : all) {
    std::sort(p.begin(), p.end());
    for (int s = 0; s < Tiles; ++s) REQUIRE(p[static_cast<std::size_t>(s)] == s);
  }
  // Each tile comes to each slot as often as any other, at any number of classes, up to one.
  std::array<std::array<int, Tiles>, Tiles> times{};
  for (std::size_t k = 0; k < all.size(); ++k)
    for (std::size_t s = 0; s < Tiles; ++s) {
      int& often = times[s][static_cast<std::size_t>(all[k][s])];
      ++often;
      REQUIRE(often <= static_cast<int>(k) / Tiles + 1);
    }
  CHECK(most_alike<Tiles>(all, static_cast<std::size_t>(Tiles * (Tiles - 1) * (Tiles - 2))) == 2);
}

}  // namespace

TEST_CASE("permutations: each set spreads its tiles evenly, and no two of it agree in more than two places") {
  check_set<4>();
  check_set<6>();
  check_set<8>();
  check_set<9>();
  CHECK(most_alike<9>(all_permutations<9>(), 1512) == 3);
}

namespace {

constexpr jigsaw_config plain{.grid = 3, .tile = 4, .classes = 30, .colours = piece_colours::unchanged};
using puzzle = jigsaw<plain>;
static_assert(puzzle::layout({1, 15, 17, 3}) ==
              view_layout{.groups = 1, .group = {{9, {1, 4, 4, 3}}}, .label_wires = 1, .labels = {1}, .classes = {30}});
static_assert(puzzle::accepts({1, 12, 12, 3}) && !puzzle::accepts({1, 11, 12, 3}) && !puzzle::accepts({1, 12, 11, 3}));
static_assert(!jigsaw<jigsaw_config{.grid = 2, .tile = 4, .classes = 25}>::accepts({1, 12, 12, 3}));
static_assert(!jigsaw<jigsaw_config{.grid = 4, .tile = 2, .classes = 5}>::accepts({1, 12, 12, 3}));

}  // namespace

TEST_CASE("jigsaw: slots hold the tiles of the class's permutation, each from its own cell at a random place") {
  // Every pixel tells its place.
  ssl::shape const image{1, 16, 19, 1};  // cells of 5 x 6
  std::vector<float> view(16 * 19);
  for (std::size_t i = 0; i < view.size(); ++i) view[i] = static_cast<float>(i);
  made_batch<puzzle> made(image, 1);
  std::set<int> classes, gaps;
  for (std::uint32_t sample = 0; sample < 200; ++sample) {
    ssl::draws stream({.sample = sample});
    puzzle::apply(image, {}, stream, view.data(), made.out, made.memory);
    int const k = made.out.label(0, 0);
    REQUIRE((k >= 0 && k < 30));
    classes.insert(k);
    for (int slot = 0; slot < 9; ++slot) {
      int const first = static_cast<int>(*made.out.view(made.layout, 0, slot)), tile = permutation_set<9>::tile(k, slot);
      int const down = first / 19 - tile / 3 * 5, right = first % 19 - tile % 3 * 6;
      REQUIRE((down >= 0 && down <= 1 && right >= 0 && right <= 2));
      gaps.insert(3 * down + right);
      REQUIRE(made.out.view(made.layout, 0, slot)[15] == static_cast<float>(first + 3 * 19 + 3));
    }
  }
  CHECK(classes.size() == 30);
  CHECK(gaps.size() == 6);
}

TEST_CASE("pieces: standardised channels have mean 0 and deviation 1, and a channel of one value is 0") {
  random_planes<float> random(5, 7, 3);
  std::vector<float> piece = random.values();
  for (std::size_t i = 1; i < piece.size(); i += 3) piece[i] = 0.7f;
  standardise_piece(piece.data(), 35, 3);
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = 0, squares = 0;
    for (std::size_t i = c; i < piece.size(); i += 3)
      sum += static_cast<double>(piece[i]), squares += static_cast<double>(piece[i] * piece[i]);
    CHECK(std::abs(sum) < 1e-4);
    CHECK(squares / 34 == doctest::Approx(c == 1 ? 0 : 1).epsilon(1e-4));
  }
}

TEST_CASE("pieces: of one channel the shape stays, of the others faint noise; root mean square 1") {
  random_planes<float> random(6, 6, 3);
  std::vector<float> const before = random.values();
  for (int kept = 0; kept < 3; ++kept) {
    std::vector<float> piece = before;
    ssl::draws stream({.sample = 1});
    keep_one_channel(piece.data(), 36, 3, kept, stream);
    double squares = 0, faint = 0, mean = 0;
    for (std::size_t i = 0; i < piece.size(); ++i) {
      squares += static_cast<double>(piece[i] * piece[i]);
      if (static_cast<int>(i % 3) == kept) mean += static_cast<double>(piece[i]);
      if (static_cast<int>(i % 3) != kept) faint = std::fmax(faint, std::fabs(static_cast<double>(piece[i])));
    }
    CHECK(squares / 108 == doctest::Approx(1));
    CHECK(std::abs(mean) < 1e-4);
    CHECK(faint < 0.02);
    CHECK(faint > 0);
    std::size_t const k = static_cast<std::size_t>(kept);
    float const scale = (piece[k] - piece[k + 3]) / (before[k] - before[k + 3]);
    CHECK(piece[k] - piece[k + 30] == doctest::Approx(scale * (before[k] - before[k + 30])).epsilon(1e-3));
  }
}

TEST_CASE("pieces: at another size a constant piece stays constant, and its own size gives itself") {
  scratch memory;
  std::vector<float> piece(7 * 7 * 3, 0.25f), small(3 * 3 * 3, NAN), back(piece.size(), NAN);
  resize_piece(piece.data(), {1, 7, 7, 3}, 3, 3, small.data(), memory);
  resize_piece(small.data(), {1, 3, 3, 3}, 7, 7, back.data(), memory);
  for (float v : back) CHECK(v == doctest::Approx(0.25f));
  std::vector<float> const random = random_planes<float>(7, 7, 3).values();
  resize_piece(random.data(), {1, 7, 7, 3}, 7, 7, back.data(), memory);
  CHECK(back == random);
  resize_piece(random.data(), {1, 7, 7, 3}, 1, 1, small.data(), memory);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(small[c] > 0);
    CHECK(small[c] < 1);
  }
}
