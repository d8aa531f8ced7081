// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/two_views.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "ssl/augmentations/simclr.hpp"
#include "unit/augmentations/pictures.hpp"

namespace {

using namespace ssl::augmentations;
using ssl::named;

using crop = chain<named<"crop", random_resized_crop<>>, named<"normalise", normalise>>;
using flip = chain<named<"crop", random_resized_crop<>>, named<"flip", random_horizontal_flip>>;
/// Two views of the image's size by two chains, then three small ones.
using mixed = view_groups<group<views<1, crop>, views<1, flip>>, sized_group<view_size{6, 5}, views<3, crop>>>;

static_assert(ssl::augmentation<mixed>);
static_assert(ssl::augmentation<simclr> && ssl::augmentation<simclr_small> && ssl::augmentation<simclr_small_fixed_order>);
static_assert(simclr::layout({1, 32, 24, 3}) == view_layout{.groups = 1, .group = {{2, {1, 32, 24, 3}}}});
static_assert(mixed::layout({1, 32, 24, 3}) == view_layout{.groups = 2, .group = {{2, {1, 32, 24, 3}}, {3, {1, 6, 5, 3}}}});

}  // namespace

TEST_CASE("views: each view is its chain's, under its own number, at its place in the batch") {
  random_picture const picture(20, 22, 3);
  ssl::shape const image{1, 16, 12, 3};
  constexpr int batch = 3, position = 1;
  view_layout const layout = mixed::layout(image);
  std::vector<float> large(static_cast<std::size_t>(2 * batch * image.elements()), NAN), small(3 * batch * 6 * 5 * 3, NAN);
  sample_output out{.batch = batch, .position = position, .views = {large.data(), small.data()}};
  mixed::options o;
  o.chain<0>().get<"normalise">() = imagenet_statistics;
  o.chain<1>().get<"flip">().probability = 1;
  scratch memory;
  ssl::draw_key key{.seed = 1, .epoch = 2, .sample = 3};
  mixed::apply(image, o, key, picture.view(), out, memory);

  auto const expect = [&](auto chain, auto const& options, std::uint16_t number, int group, int v) {
    key.view = number;
    ssl::shape const size = layout.group[group].size;
    std::vector<float> const expected = view_of<decltype(chain)>(size, options, key, picture.view());
    float const* const got = out.view(layout, group, v);
    CHECK(std::vector<float>(got, got + size.elements()) == expected);
  };
  expect(crop{}, o.chain<0>(), 0, 0, 0);
  expect(flip{}, o.chain<1>(), 1, 0, 1);
  for (int v = 0; v < 3; ++v) expect(crop{}, o.chain<2>(), static_cast<std::uint16_t>(2 + v), 1, v);
  int written = 0;
  for (float v : large) written += !std::isnan(v);
  for (float v : small) written += !std::isnan(v);
  CHECK(written == 2 * image.elements() + 3 * 6 * 5 * 3);
}

TEST_CASE("views: presets hold the published numbers, and say what they normalise by") {
  simclr::options const large;
  CHECK(large.get<"crop">().scale_low == 0.08f);
  CHECK(large.get<"jitter">().brightness == 0.8f);
  CHECK(large.get<"jitter">().hue == 0.2f);
  CHECK(large.get<"gray">().probability == 0.2f);
  CHECK(large.get<"blur">().sigma_high_px == 2.0f);
  CHECK(simclr::statistics(large).mean[0] == 0.485f);
  simclr_small::options const small;
  CHECK(small.get<"jitter">().contrast == 0.4f);
  CHECK(small.get<"jitter">().hue == 0.1f);
  CHECK(small.get<"jitter">().probability == 0.8f);
  CHECK(simclr_small::statistics(small).deviation[2] == 0.2616f);
  CHECK(simclr_small_fixed_order::options().get<"crop">().scale_low == 0.2f);
  CHECK(two_views<chain<named<"flip", random_horizontal_flip>>>::statistics({}).deviation[0] == 1);
}
