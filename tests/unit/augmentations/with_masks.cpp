// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/with_masks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "ssl/augmentations/block_mask.hpp"
#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/mask.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_order.hpp"
#include "ssl/augmentations/two_views.hpp"
#include "unit/augmentations/made_batch.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;
using ssl::named;

namespace {

using views_only = two_views<chain<named<"flip", random_horizontal_flip>>>;
using order = random_order<random_order_config{.patch = 4}>;
using blocks = block_mask<block_mask_config{.patch = 2}>;
using masked = with_masks<views_only, masks<1, order>, masks<2, blocks>>;

static_assert(ssl::augmentation<masked>);
static_assert(masked::layout({1, 16, 24, 3}) ==
              view_layout{
                  .groups = 1, .group = {{2, {1, 16, 24, 3}}}, .mask_wires = 2, .mask = {{1, {1, 4, 6, 1}}, {2, {1, 8, 12, 1}}}});
static_assert(masked::accepts({1, 16, 24, 3}) && !masked::accepts({1, 18, 24, 3}) && !masked::accepts({1, 16, 23, 3}));
static_assert(kept_tokens(196, 0.75) == 49 && kept_tokens(25, 0.6) == 10);

}  // namespace

TEST_CASE("masks: each wire and each mask draws by itself, and the views are those without masks") {
  ssl::shape const image{1, 16, 24, 3};
  random_picture const picture(16, 24, 3);
  made_batch<masked> with(image, 3);
  made_batch<views_only> without(image, 3);
  masked::options o;
  o.mask<1>().probability = 1;
  for (int position = 0; position < 3; ++position) {
    with.out.position = without.out.position = position;
    ssl::draw_key const key{.seed = 1, .epoch = 2, .sample = static_cast<std::uint32_t>(position)};
    masked::apply(image, o, key, picture.view(), with.out, with.memory);
    views_only::apply(image, o, key, picture.view(), without.out, without.memory);
  }
  CHECK(with.complete());
  CHECK(with.views[0] == without.views[0]);
  std::set<std::vector<std::int32_t>> different;
  for (int v = 0; v < 2; ++v)
    for (int position = 0; position < 3; ++position) {
      with.out.position = position;
      std::int32_t const* const mask = with.out.mask(with.layout, 1, v);
      different.emplace(mask, mask + 96);
    }
  CHECK(different.size() == 6);
  CHECK(masked::statistics(o).deviation[0] == 1);
}

TEST_CASE("masks: an order is a permutation, each place of it uniform, and ranks are its inverse") {
  std::vector<int> first(24);
  std::vector<std::int32_t> order_of(24), rank(24);
  scratch memory;
  for (std::uint32_t sample = 0; sample < 2400; ++sample) {
    ssl::draws stream({.seed = 5, .sample = sample});
    order::draw({}, stream, {1, 16, 24, 3}, order_of.data(), memory);
    rank_in_order(order_of.data(), 24, rank.data());
    for (int i = 0; i < 24; ++i) REQUIRE(order_of[static_cast<std::size_t>(rank[static_cast<std::size_t>(i)])] == i);
    ++first[static_cast<std::size_t>(order_of[0])];
  }
  CHECK(*std::min_element(first.begin(), first.end()) > 50);  // five standard deviations from 100
  CHECK(*std::max_element(first.begin(), first.end()) < 150);
  std::vector<float> const noise{0.5f, 0.25f, 0.5f, 0.25f};
  order_by_noise(noise.data(), 4, order_of.data());
  CHECK(std::vector<std::int32_t>(order_of.begin(), order_of.begin() + 4) == std::vector<std::int32_t>{1, 3, 0, 2});
}

TEST_CASE("masks: blocks hide at most their target, mostly all of it, and half of the views none") {
  ssl::shape const image{1, 28, 28, 3};  // 14 x 14 patches
  std::vector<std::int32_t> mask(196);
  scratch memory;
  int unmasked = 0;
  double hidden = 0;
  for (std::uint32_t sample = 0; sample < 2000; ++sample) {
    ssl::draws stream({.seed = 6, .sample = sample});
    blocks::draw({}, stream, image, mask.data(), memory);
    ssl::index const count = masked_count(mask.data(), 196);
    unmasked += count == 0;
    hidden += static_cast<double>(count);
    CHECK(count <= 98);
    CHECK(std::all_of(mask.begin(), mask.end(), [](std::int32_t v) { return v == 0 || v == 1; }));
  }
  CHECK(std::abs(unmasked - 1000) < 112);                       // five standard deviations
  CHECK(std::abs(hidden / (2000 - unmasked) - 0.3 * 196) < 4);  // the mean of shares from 0.1 to 0.5
}
