// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include "counted_memory.hpp"
#include "ssl/augmentations/byol.hpp"
#include "ssl/augmentations/emp_ssl.hpp"
#include "ssl/augmentations/colorization.hpp"
#include "ssl/augmentations/inpainting.hpp"
#include "ssl/augmentations/jigsaw.hpp"
#include "ssl/augmentations/mae.hpp"
#include "ssl/augmentations/moco.hpp"
#include "ssl/augmentations/multi_crop.hpp"
#include "ssl/augmentations/pretext_tasks.hpp"
#include "ssl/augmentations/quarter_turns.hpp"
#include "ssl/augmentations/relative_position.hpp"
#include "ssl/augmentations/simclr.hpp"
#include "ssl/augmentations/task_views.hpp"
#include "unit/augmentations/made_batch.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;
using ssl::named;

namespace {

template <class Preset>
void makes_views(ssl::shape image, typename Preset::options const& o = {}) {
  static_assert(ssl::augmentation<Preset>);
  REQUIRE(accepts_image<Preset>(image));
  random_picture const picture(60, 50, image.c);
  made_batch<Preset> made(image, 2);
  for (int position = 0; position < 2; ++position) {
    made.out.position = position;
    Preset::apply(image, o, {.sample = static_cast<std::uint32_t>(position)}, picture.view(), made.out, made.memory);
  }
  CHECK(made.complete());
}

template <class Policy>
void allocates_nothing(ssl::shape image) {
  random_picture const picture(60, 50, image.c);
  made_batch<Policy> made(image, 1);
  typename Policy::options const o;
  Policy::apply(image, o, {}, picture.view(), made.out, made.memory);
  auto const asked = counted_memory::during([&] {
    for (std::uint32_t sample = 1; sample < 50; ++sample)
      Policy::apply(image, o, {.sample = sample}, picture.view(), made.out, made.memory);
  });
  CHECK(asked.requests == 0);
}

/// The four strengths, and how often.
std::vector<float> numbers(color_jitter_options const& o) {
  return {o.brightness, o.contrast, o.saturation, o.hue, o.probability};
}

}  // namespace

TEST_CASE("presets: all make their views, of one channel too") {
  makes_views<byol>({1, 32, 32, 3});
  makes_views<moco_v1>({1, 32, 32, 1});
  makes_views<colorization>({1, 32, 32, 3});
  makes_views<colorization_small>({1, 32, 32, 3});
  makes_views<context_encoder<>>({1, 32, 32, 3});
  makes_views<context_encoder_small<random_region>>({1, 32, 32, 3});
  makes_views<moco_v2>({1, 32, 32, 3});
  makes_views<moco_small>({1, 32, 32, 3});
  makes_views<mae<8>>({1, 32, 40, 3});
  makes_views<dino>({1, 112, 112, 3});
  makes_views<dino_small>({1, 32, 32, 1});
  makes_views<dinov2<16>>({1, 112, 112, 3});
  makes_views<emp_ssl<5>>({1, 32, 32, 3});
  makes_views<swav>({1, 112, 112, 3});
  makes_views<simclr_original>({1, 40, 40, 3});
  makes_views<rotation>({1, 32, 32, 3});
  makes_views<rotation_small>({1, 32, 32, 1});
  makes_views<jigsaw_puzzles<>>({1, 255, 255, 3});
  makes_views<jigsaw_small<>>({1, 32, 32, 1});
  makes_views<relative_position_pairs<>>({1, 398, 398, 3});
  makes_views<relative_position_small<>>({1, 32, 32, 3});
}

TEST_CASE("presets: nothing is allocated once the scratch has seen a picture" * doctest::skip(!counted_memory::works())) {
  using crop = chain<named<"crop", random_resized_crop<>>>;
  allocates_nothing<dinov2<8, 16>>({1, 32, 32, 3});
  allocates_nothing<mae<8>>({1, 32, 32, 3});
  allocates_nothing<task_views<crop, all_quarter_turns>>({1, 16, 16, 3});
  allocates_nothing<task_views<crop, jigsaw<jigsaw_config{.grid = 2, .tile = 10, .classes = 24}>>>({1, 24, 24, 3});
  allocates_nothing<task_views<crop, relative_position<relative_position_config{.patch = 8, .gap = 2, .jitter = 1}>>>(
      {1, 32, 32, 3});
  allocates_nothing<task_views<crop, inpainting<random_region>>>({1, 32, 32, 3});
}

TEST_CASE("presets: BYOL's views differ in blur and solarizing, and in nothing else") {
  byol::options const o;
  for (auto const* chain : {&o.chain<0>(), &o.chain<1>()}) {
    CHECK(numbers(chain->get<"jitter">()) == std::vector<float>{0.4f, 0.4f, 0.2f, 0.1f, 0.8f});
    CHECK(chain->get<"crop">().scale_low == 0.08f);
    CHECK(chain->get<"gray">().probability == 0.2f);
    CHECK(chain->get<"solarize">().threshold == 0.5f);
    CHECK(chain->get<"normalise">().mean[0] == 0.485f);
  }
  CHECK(o.chain<0>().get<"blur">().probability == 1.0f);
  CHECK(o.chain<0>().get<"solarize">().probability == 0.0f);
  CHECK(o.chain<1>().get<"blur">().probability == 0.1f);
  CHECK(o.chain<1>().get<"solarize">().probability == 0.2f);
}

TEST_CASE("presets: MoCo's numbers") {
  moco_v1::options const first;
  CHECK(first.get<"crop">().scale_low == 0.2f);
  CHECK(numbers(first.get<"jitter">()) == std::vector<float>{0.4f, 0.4f, 0.4f, 0.4f, 1.0f});
  moco_v2::options const second;
  CHECK(second.get<"crop">().scale_low == 0.2f);
  CHECK(numbers(second.get<"jitter">()) == std::vector<float>{0.4f, 0.4f, 0.4f, 0.1f, 0.8f});
  CHECK(second.get<"blur">().probability == 0.5f);
  CHECK(moco_small::statistics(moco_small::options{}).mean[0] == 0.4914f);
}

TEST_CASE("presets: the numbers of pretext tasks, by name") {
  CHECK(rotation_small::options{}.get<"crop">().padding_px == 4);
  CHECK(rotation_small::statistics(rotation_small::options{}).mean[0] == 0.4914f);
  CHECK(jigsaw_puzzles<>::options{}.get<"gray">().probability == 0.3f);
  CHECK(jigsaw_small<>::options{}.get<"gray">().probability == 0.3f);
  CHECK(jigsaw_small<>::statistics(jigsaw_small<>::options{}).mean[0] == 0.4914f);
  CHECK(relative_position_pairs<>::options{}.get<"crop">().ratio_low == 1.0f);
  CHECK(relative_position_small<>::statistics(relative_position_small<>::options{}).mean[0] == 0.4914f);
}

TEST_CASE("presets: EMP-SSL's patches are a quarter of the image, square, from -1 to 1") {
  emp_ssl<20>::options const o;
  static_assert(emp_ssl<20>::layout({1, 32, 32, 3}).group[0] == view_group{20, {1, 32, 32, 3}});
  auto const& crop = o.get<"crop">();
  CHECK(std::vector<float>{crop.scale_low, crop.scale_high, crop.ratio_low, crop.ratio_high} ==
        std::vector<float>{0.25f, 0.25f, 1, 1});
  CHECK(numbers(o.get<"jitter">()) == std::vector<float>{0.4f, 0.4f, 0.4f, 0.2f, 0.8f});
  CHECK(o.get<"blur">().probability == 0.1f);
  CHECK(o.get<"solarize">().probability == 0.1f);
  CHECK((0 - o.get<"normalise">().mean[2]) / o.get<"normalise">().deviation[2] == -1);
}

TEST_CASE("presets: crops of two sizes") {
  static_assert(dino::layout({1, 224, 224, 3}) ==
                view_layout{.groups = 2, .group = {{2, {1, 224, 224, 3}}, {8, {1, 96, 96, 3}}}});
  static_assert(swav::layout({1, 224, 224, 3}) ==
                view_layout{.groups = 2, .group = {{2, {1, 224, 224, 3}}, {6, {1, 96, 96, 3}}}});
  static_assert(dino_small::layout({1, 32, 32, 3}).group[1] == view_group{8, {1, 16, 16, 3}});
  static_assert(dinov2<14>::layout({1, 224, 224, 3}).mask[0] == view_group{2, {1, 16, 16, 1}});
  static_assert(!dinov2<14>::accepts({1, 225, 225, 3}) && mae<4>::layout({1, 32, 32, 3}).mask[0] == view_group{1, {1, 8, 8, 1}});
  dino::options const o;
  CHECK(o.chain<0>().get<"crop">().scale_low == 0.4f);
  CHECK(o.chain<2>().get<"crop">().scale_low == 0.05f);
  CHECK(o.chain<2>().get<"crop">().scale_high == 0.4f);
  CHECK(o.chain<2>().get<"blur">().probability == 0.5f);
  CHECK(o.chain<2>().get<"solarize">().probability == 0.0f);
  CHECK(dino_small::options{}.chain<2>().get<"crop">().scale_high == 0.5f);
  CHECK(dino_small::statistics(dino_small::options{}).deviation[2] == 0.2616f);
  CHECK(dinov2<>::options{}.chain<1>().get<"crop">().scale_low == 0.32f);
  CHECK(numbers(swav::options{}.chain<1>().get<"jitter">()) == std::vector<float>{0.8f, 0.8f, 0.8f, 0.2f, 0.8f});
  CHECK(mae<>::options{}.get<"crop">().scale_low == 0.2f);
}
