// SPDX-License-Identifier: Apache-2.0
//
// What must hold of pretext tasks and masks whatever the image.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "ssl/augmentations/inpainting.hpp"
#include "ssl/augmentations/jigsaw.hpp"
#include "ssl/augmentations/mix.hpp"
#include "ssl/augmentations/multi_crop.hpp"
#include "ssl/augmentations/quarter_turns.hpp"
#include "ssl/augmentations/random_erasing.hpp"
#include "ssl/augmentations/random_vertical_flip.hpp"
#include "ssl/augmentations/relative_position.hpp"
#include "ssl/augmentations/simclr.hpp"
#include "ssl/augmentations/task_views.hpp"
#include "ssl/augmentations/to_lab.hpp"
#include "ssl/data/batcher.hpp"
#include "ssl/data/procedural.hpp"
#include "unit/augmentations/made_batch.hpp"
#include "unit/augmentations/pictures.hpp"

namespace {

using namespace ssl::augmentations;
using ssl::named;

constexpr ssl::shape sizes[] = {{1, 1, 1, 1}, {1, 1, 2, 3}, {1, 7, 5, 3}, {1, 31, 33, 2}, {1, 32, 32, 3}};

using crop = chain<named<"crop", random_resized_crop<>>, named<"flip", random_horizontal_flip>>;
using small_jigsaw = jigsaw<jigsaw_config{.grid = 2, .tile = 10, .classes = 24}>;
using small_position = relative_position<relative_position_config{.grid = 3, .patch = 8, .gap = 2, .jitter = 1}>;

std::vector<float> turned(std::vector<float> const& in, ssl::shape size, int turns) {
  std::vector<float> out(in.size());
  turn_quarters(in.data(), size, turns, out.data());
  return out;
}

std::vector<float> flipped(std::vector<float> in, ssl::shape size) {
  std::vector<float> out(in.size());
  vertical_flip<float>{{in.data(), size.tokens(), size.c, size.h, size.w}}.rows(
      0, {out.data(), size.tokens(), size.c, size.h, size.w});
  return out;
}

}  // namespace

TEST_CASE("law: four quarter turns are none, turns add up, and two vertical flips are none") {
  for (ssl::shape const s : sizes) {
    INFO(s.h, "x", s.w, "x", s.c);
    std::vector<float> const image = random_planes<float>(s.h, s.w, s.c).values();
    ssl::shape const lying{1, s.w, s.h, s.c};
    CHECK(turned(turned(image, s, 1), lying, 1) == turned(image, s, 2));
    CHECK(turned(turned(image, s, 1), lying, 2) == turned(image, s, 3));
    CHECK(turned(turned(image, s, 1), lying, 3) == image);
    CHECK(turned(turned(image, s, 2), s, 2) == image);
    CHECK(turned(image, s, 0) == image);
    CHECK(flipped(flipped(image, s), s) == image);
  }
}

TEST_CASE("law: a task's draws move no draw of the chain") {
  // Inpainting gives the chain's view whole, whatever it hides; a chain alone gives the same bits.
  random_picture const picture(50, 40, 3);
  ssl::shape const image{1, 32, 32, 3};
  for (std::uint32_t sample = 0; sample < 10; ++sample) {
    made_batch<inpainting<random_region>> made(image, 1);
    ssl::draw_key const key{.seed = 2, .sample = sample};
    task_views<crop, inpainting<random_region>>::apply(image, {}, key, picture.view(), made.out, made.memory);
    CHECK(made.views[1] == view_of<crop>(image, {}, key, picture.view()));
    for (std::uint16_t stage = 0; stage < crop::size; ++stage) {
      ssl::draw_key of_stage = key;
      of_stage.operation = stage;
      ssl::draws stream(of_stage);
      std::vector<std::int32_t> region(made.masks[0].size());
      random_region::draw({}, stream, image, region.data(), made.memory);
      CHECK(region != made.masks[0]);
    }
  }
}

TEST_CASE("law: an erased or turned view is the view before, and later stages keep their draws") {
  using plain = chain<named<"crop", random_resized_crop<>>, named<"a", random_solarize>, named<"flip", random_horizontal_flip>>;
  using erased = chain<named<"crop", random_resized_crop<>>, named<"a", random_erasing<>>, named<"flip", random_horizontal_flip>>;
  using standing =
      chain<named<"crop", random_resized_crop<>>, named<"a", random_vertical_flip>, named<"flip", random_horizontal_flip>>;
  random_picture const picture(50, 40, 3);
  plain::options p;
  erased::options e;
  standing::options v;
  p.get<"a">().probability = 0, e.get<"a">().probability = 0, v.get<"a">().probability = 0;
  for (std::uint32_t sample = 0; sample < 20; ++sample) {
    std::vector<float> const expected = view_of<plain>({1, 16, 16, 3}, p, {.sample = sample}, picture.view());
    CHECK(view_of<erased>({1, 16, 16, 3}, e, {.sample = sample}, picture.view()) == expected);
    CHECK(view_of<standing>({1, 16, 16, 3}, v, {.sample = sample}, picture.view()) == expected);
  }
}

TEST_CASE("law: fused passes give the bits of one pass per stage, with stages that move and erase pixels") {
  auto const all = []<fusion Fusion>() {
    using stages =
        basic_chain<Fusion, named<"crop", random_resized_crop<>>, named<"down", random_vertical_flip>,
                    named<"turn", random_quarter_turn>, named<"jitter", color_jitter<jitter_order::random, jitter_form::simclr>>,
                    named<"blur", random_gaussian_blur<gaussian_blur_config{5, blur_border::zero}>>,
                    named<"erase", random_erasing<>>, named<"flip", random_horizontal_flip>, named<"lab", to_lab>>;
    random_picture const picture(37, 29, 3);
    typename stages::options o;
    o.template get<"erase">().probability = 0.7f;
    std::vector<std::vector<float>> views;
    for (int side : {1, 11, 40})
      for (std::uint32_t sample = 0; sample < 20; ++sample)
        views.push_back(view_of<stages>({1, side, side, 3}, o, {.seed = 3, .sample = sample}, picture.view()));
    return views;
  };
  CHECK(all.operator()<fusion::on>() == all.operator()<fusion::off>());
}

TEST_CASE("law: mixing twice with lambda 0, or the same cut twice, is nothing") {
  std::vector<float> const before = random_planes<float>(5, 6 * 7, 3).values();
  for (batch_mix const& mix : {batch_mix{.lambda = 0}, cut_at(0.6, 2, 3, 6, 7), batch_mix{}}) {
    std::vector<float> images = before;
    mix_images(mix, {5, 6, 7, 3}, images.data());
    mix_images(mix, {5, 6, 7, 3}, images.data());
    CHECK(images == before);
  }
}

namespace {

/// All arrays of the first batches, with so many workers.
template <class A>
std::vector<std::vector<double>> batches(ssl::shape image, int threads) {
  constexpr int batch = 6;
  ssl::data::procedural_images const images({.count = 24, .height = image.h, .width = image.w, .channels = image.c});
  view_layout const l = A::layout(image);
  ssl::data::batcher<A, ssl::data::procedural_images> made(images, image, batch, {}, {.threads = threads, .seed = 4});
  std::vector<std::vector<double>> all;
  auto const add = [&all](auto const* values, ssl::index per_image) { all.emplace_back(values, values + per_image * batch); };
  for (int step = 0; step < 5; ++step) {
    ssl::batch_input const& b = made.next();
    for (int g = 0; g < l.groups; ++g) add(b.views[g], l.group[g].views * l.group[g].size.elements());
    for (int w = 0; w < l.label_wires; ++w) add(b.labels[w], l.labels[w]);
    for (int w = 0; w < l.mask_wires; ++w) add(b.masks[w], l.mask[w].views * l.mask[w].size.elements());
  }
  return all;
}

}  // namespace

TEST_CASE("law: any number of threads makes the same views, labels and masks") {
  auto const check = []<class A>(ssl::shape image) { CHECK(batches<A>(image, 0) == batches<A>(image, 3)); };
  check.operator()<dinov2<4, 16>>({1, 32, 32, 3});
  check.operator()<task_views<crop, all_quarter_turns>>({1, 16, 16, 3});
  check.operator()<task_views<crop, small_jigsaw>>({1, 24, 24, 3});
  check.operator()<task_views<crop, small_position>>({1, 32, 32, 3});
  check.operator()<task_views<crop, inpainting<random_region>>>({1, 32, 32, 3});
}
