// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/chain.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "counted_memory.hpp"
#include "ssl/augmentations/random_solarize.hpp"
#include "ssl/augmentations/simclr.hpp"
#include "unit/augmentations/pictures.hpp"

namespace {

using namespace ssl::augmentations;
using ssl::named;

template <fusion Fusion>
using all_stages =
    basic_chain<Fusion, named<"crop", random_resized_crop<resample_config{.filter = filter::bicubic}>>,
                named<"flip", random_horizontal_flip>, named<"jitter", color_jitter<>>, named<"gray", random_grayscale>,
                named<"blur", random_gaussian_blur<gaussian_blur_config{5}>>, named<"solarize", random_solarize>,
                named<"again", random_horizontal_flip>, named<"normalise", normalise>>;

using crop_only = chain<named<"crop", random_resized_crop<>>>;
using crop_and_flip =
    chain<named<"crop", random_resized_crop<>>, named<"flip", random_horizontal_flip>, named<"normalise", normalise>>;
using flip_only = chain<named<"flip", random_horizontal_flip>>;
using normalise_only = chain<named<"normalise", normalise>>;

// A pass ends where the contrast needs the mean of the image, and where the blur needs its neighbourhood.
static_assert(crop_only::passes == 1);
static_assert(crop_and_flip::passes == 1);
static_assert(normalise_only::passes == 1);
static_assert(simclr_small_chain::passes == 2);
static_assert(simclr_chain::passes == 3);
static_assert(all_stages<fusion::on>::passes == 3);
static_assert(all_stages<fusion::off>::passes == 9);
static_assert(chain<named<"blur", random_gaussian_blur<>>, named<"normalise", normalise>>::passes == 2);

}  // namespace

TEST_CASE("chain: fused passes give the bits of one pass per stage") {
  for (int channels : {1, 3, 4}) {
    random_picture const picture(37, 29, channels);
    for (ssl::shape const image : {ssl::shape{1, 32, 32, channels}, ssl::shape{1, 7, 11, channels}, ssl::shape{1, 1, 1, channels},
                                   ssl::shape{1, 3, 700, channels}}) {
      for (std::uint32_t sample = 0; sample < 40; ++sample) {
        INFO(image.h, " x ", image.w, " x ", channels, ", sample ", sample);
        ssl::draw_key const key{.seed = 3, .sample = sample};
        CHECK(view_of<all_stages<fusion::on>>(image, {}, key, picture.view()) ==
              view_of<all_stages<fusion::off>>(image, {}, key, picture.view()));
      }
    }
  }
}

TEST_CASE("chain: options are reached by name, copied, and listed in order") {
  using options = all_stages<fusion::on>::options;
  options o;
  CHECK(o.get<"blur">().sigma_low_px == 0.1f);
  o.get<"blur">().sigma_low_px = 0.5f;
  options const copy = o;
  CHECK(copy.get<"blur">().sigma_low_px == 0.5f);
  static_assert(options::has<"blur"> && !options::has<"erase">);
  std::string names;
  copy.for_each([&names](char const* name, auto const&) { names.append(name).append(" "); });
  CHECK(names == "crop flip jitter gray blur solarize again normalise ");
}

TEST_CASE("chain: a stage's draws do not depend on what the other stages draw") {
  random_picture const picture(20, 20, 3);
  using first =
      chain<named<"crop", random_resized_crop<>>, named<"jitter", color_jitter<>>, named<"flip", random_horizontal_flip>>;
  using second =
      chain<named<"crop", random_resized_crop<>>, named<"gray", random_grayscale>, named<"flip", random_horizontal_flip>>;
  first::options a;
  second::options b;
  a.get<"jitter">().probability = 0;
  b.get<"gray">().probability = 0;
  for (std::uint32_t sample = 0; sample < 20; ++sample)
    CHECK(view_of<first>({1, 16, 16, 3}, a, {.sample = sample}, picture.view()) ==
          view_of<second>({1, 16, 16, 3}, b, {.sample = sample}, picture.view()));
}

TEST_CASE("chain: two stages of one kind draw from streams of their own") {
  random_picture const picture(1, 2, 1);
  using twice = chain<named<"first", random_horizontal_flip>, named<"second", random_horizontal_flip>>;
  int flipped = 0;
  for (std::uint32_t sample = 0; sample < 1000; ++sample)
    flipped += view_of<twice>({1, 1, 2, 1}, {}, {.seed = 4, .sample = sample}, picture.view())[0] !=
               static_cast<float>(picture.view().data[0]) * unit_of_bytes<float>;
  CHECK(flipped > 420);  // five standard deviations from a half
  CHECK(flipped < 580);
}

TEST_CASE("chain: at one channel colour stages do nothing, and the other draws are those of a colour image") {
  random_picture grey(20, 20, 1);
  std::vector<std::uint8_t> tripled;
  for (std::uint8_t v : grey.bytes()) tripled.insert(tripled.end(), 3, v);
  simclr_small_chain::options o;
  o.get<"jitter">().saturation = 0;  // grey pixels keep their value up to rounding; the comparison is exact
  o.get<"jitter">().hue = 0;
  o.get<"gray">().probability = 0;
  o.get<"jitter">().contrast = 0;  // 0.2989 + 0.587 + 0.114 = 0.9999
  for (std::uint32_t sample = 0; sample < 20; ++sample) {
    std::vector<float> const one = view_of<simclr_small_chain>({1, 16, 16, 1}, o, {.sample = sample}, grey.view());
    std::vector<float> const three =
        view_of<simclr_small_chain>({1, 16, 16, 3}, o, {.sample = sample}, {tripled.data(), 20, 20, 3});
    bool same = true;
    for (std::size_t i = 0; i < one.size(); ++i) same = same && one[i] == three[3 * i] && one[i] == three[3 * i + 2];
    CHECK(same);
  }
  simclr_small_chain::options with, without;
  with.get<"gray">().probability = 1;
  with.get<"jitter">() = {.brightness = 0.4f, .contrast = 0.4f, .saturation = 0.9f, .hue = 0.5f, .probability = 1};
  without.get<"gray">().probability = 0;
  without.get<"jitter">() = {.brightness = 0.4f, .contrast = 0.4f, .saturation = 0, .hue = 0, .probability = 1};
  CHECK(view_of<simclr_small_chain>({1, 16, 16, 1}, with, {}, grey.view()) ==
        view_of<simclr_small_chain>({1, 16, 16, 1}, without, {}, grey.view()));
}

TEST_CASE("chain: an image too large for one tile is the same as its parts") {
  using identity = chain<named<"flip", random_horizontal_flip>>;
  identity::options o;
  o.get<"flip">().probability = 1;
  random_picture const picture(50, 41, 3);
  std::vector<float> const out = view_of<identity>({1, 50, 41, 3}, o, {}, picture.view());
  int wrong = 0;
  for (int y = 0; y < 50; ++y)
    for (int x = 0; x < 41; ++x)
      for (int c = 0; c < 3; ++c)
        wrong += out[(y * 41 + x) * 3 + c] !=
                 static_cast<float>(picture.view().data[(y * 41 + 40 - x) * 3 + c]) * unit_of_bytes<float>;
  CHECK(wrong == 0);
}

TEST_CASE("chain: pictures that do not fit are errors that say what was expected") {
  random_picture const picture(20, 20, 3);
  auto const code = [](auto make) {
    try {
      make();
    } catch (ssl::data_error const& e) {
      return e.code;
    }
    return 0;
  };
  CHECK(code([&] { view_of<crop_only>({1, 8, 8, 1}, {}, {}, picture.view()); }) == 602);
  CHECK(code([&] { view_of<crop_only>({1, 8, 8, 3}, {}, {}, {nullptr, 20, 20, 3}); }) == 603);
  CHECK(code([&] { view_of<crop_only>({1, 8, 8, 3}, {}, {}, {picture.view().data, 0, 20, 3}); }) == 603);
  CHECK(code([&] { view_of<flip_only>({1, 8, 8, 3}, {}, {}, picture.view()); }) == 607);
  CHECK(code([&] { view_of<flip_only>({1, 20, 20, 3}, {}, {}, picture.view()); }) == 0);
}

TEST_CASE("chain: nothing is allocated once the scratch has seen a picture, whatever is drawn" *
          doctest::skip(!counted_memory::works())) {
  random_picture const picture(40, 56, 3);
  std::vector<float> out(2 * 32 * 32 * 3);
  scratch memory;
  sample_output places;
  places.views[0] = out.data();
  simclr::options const o;
  ssl::shape const image{1, 32, 32, 3};
  simclr::apply(image, o, {.sample = 0}, picture.view(), places, memory);
  auto const asked = counted_memory::during([&] {
    for (std::uint32_t sample = 1; sample < 200; ++sample)
      simclr::apply(image, o, {.sample = sample}, picture.view(), places, memory);
  });
  CHECK(asked.requests == 0);
}
