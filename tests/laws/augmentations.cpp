// SPDX-License-Identifier: Apache-2.0
//
// What must hold of augmentations whatever the image.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "ssl/augmentations/simclr.hpp"
#include "unit/augmentations/pictures.hpp"

namespace {

using namespace ssl::augmentations;

struct extents {
  int height, width, channels;
};
constexpr extents sizes[] = {{1, 1, 1}, {2, 1, 3}, {1, 2, 3}, {7, 5, 3}, {31, 33, 3}, {32, 32, 1}, {32, 32, 3}, {17, 61, 4}};

template <class T>
double largest_difference(std::vector<T> const& a, std::vector<T> const& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    double const off = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    worst = std::isfinite(off) ? std::max(worst, off) : 1e9;
  }
  return worst;
}

template <resample_config Config>
void whole_picture_is_itself(extents e) {
  random_picture const picture(e.height, e.width, e.channels);
  std::vector<float> out(picture.view().height * e.width * e.channels, NAN), expected(out.size());
  scratch memory;
  resize_crop<Config>(picture.view(), {0, 0, e.height, e.width}, e.height, e.width, out.data(), memory);
  for (int c = 0; c < e.channels; ++c)
    for (int i = 0; i < e.height * e.width; ++i)
      expected[static_cast<std::size_t>(c * e.height * e.width + i)] =
          static_cast<float>(picture.view().data[i * e.channels + c]) * unit_of_bytes<float>;
  CHECK(out == expected);
}

template <resample_config Config>
void constant_stays_constant(extents e) {
  random_picture picture(e.height, e.width, e.channels);
  for (std::uint8_t& b : picture.bytes()) b = 51;
  std::vector<double> out(static_cast<std::size_t>(19 * 23 * e.channels), NAN);
  scratch_of<double> memory;
  resize_crop<Config>(picture.view(), {0, 0, e.height, e.width}, 19, 23, out.data(), memory);
  CHECK(largest_difference(out, std::vector<double>(out.size(), 0.2)) < 1e-14);
}

}  // namespace

TEST_CASE("law: flipping twice is the identity") {
  for (extents const e : sizes) {
    random_planes<float> image(e.height, e.width, e.channels);
    std::vector<float> const before = image.values();
    flip_horizontal(image.whole());
    if (e.width > 1) CHECK(image.values() != before);
    flip_horizontal(image.whole());
    CHECK(image.values() == before);
  }
}

TEST_CASE("law: the whole picture at its own size is itself, by every filter") {
  for (extents const e : sizes) {
    INFO(e.height, "x", e.width, "x", e.channels);
    whole_picture_is_itself<resample_config{filter::nearest}>(e);
    whole_picture_is_itself<resample_config{filter::bilinear, antialias::on}>(e);
    whole_picture_is_itself<resample_config{filter::bilinear, antialias::off}>(e);
    whole_picture_is_itself<resample_config{filter::bicubic, antialias::on}>(e);
    whole_picture_is_itself<resample_config{filter::bicubic, antialias::off}>(e);
  }
}

TEST_CASE("law: a constant picture stays constant at another size and when blurred") {
  for (extents const e : sizes) {
    INFO(e.height, "x", e.width, "x", e.channels);
    constant_stays_constant<resample_config{filter::bilinear, antialias::on}>(e);
    constant_stays_constant<resample_config{filter::bilinear, antialias::off}>(e);
    constant_stays_constant<resample_config{filter::bicubic, antialias::on}>(e);
    constant_stays_constant<resample_config{filter::bicubic, antialias::off}>(e);

    random_planes<double> image(e.height, e.width, e.channels);
    for (double& v : image.values()) v = 0.3;
    std::vector<double> out(image.values().size(), NAN);
    scratch_of<double> memory;
    gaussian_blur(image.whole(), 9, 1.7, out.data(), memory);
    CHECK(largest_difference(out, image.values()) < 1e-14);
  }
}

TEST_CASE("law: enlarging is the same with and without antialias, for bilinear") {
  random_picture const picture(11, 13, 3);
  std::vector<double> on(20 * 30 * 3), off(on.size());
  scratch_of<double> memory;
  resize_crop<resample_config{filter::bilinear, antialias::on}>(picture.view(), {2, 3, 8, 9}, 20, 30, on.data(), memory);
  resize_crop<resample_config{filter::bilinear, antialias::off}>(picture.view(), {2, 3, 8, 9}, 20, 30, off.data(), memory);
  CHECK(largest_difference(on, off) < 1e-14);
}

TEST_CASE("law: a crop knows nothing of the pixels around it") {
  random_picture picture(20, 20, 3);
  crop_box const box{5, 6, 7, 8};
  std::vector<float> before(32 * 32 * 3), after(before.size());
  scratch memory;
  resize_crop<resample_config{filter::bicubic, antialias::off}>(picture.view(), box, 32, 32, before.data(), memory);
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 20; ++x)
      if (y < box.top || y >= box.top + box.height || x < box.left || x >= box.left + box.width)
        for (int c = 0; c < 3; ++c) picture.bytes()[static_cast<std::size_t>((y * 20 + x) * 3 + c)] ^= 0xFF;
  resize_crop<resample_config{filter::bicubic, antialias::off}>(picture.view(), box, 32, 32, after.data(), memory);
  CHECK(before == after);
}

TEST_CASE("law: factor 1 and whole turns of the hue change nothing; two turns of half a circle neither") {
  for (extents const e : sizes) {
    if (e.channels != 3) continue;
    random_planes<double> image(e.height, e.width, 3);
    std::vector<double> const before = image.values();
    adjust_brightness(image.whole(), 1.0);
    adjust_contrast<colours::rgb>(image.whole(), 1.0);
    adjust_saturation(image.whole(), 1.0);
    CHECK(largest_difference(image.values(), before) < 1e-15);
    for (double turns : {0.0, 1.0, -1.0}) {
      adjust_hue(image.whole(), turns);
      CHECK(largest_difference(image.values(), before) < 1e-14);
    }
    adjust_hue(image.whole(), 0.5);
    if (e.height * e.width > 4) CHECK(largest_difference(image.values(), before) > 0.1);
    adjust_hue(image.whole(), 0.5);
    CHECK(largest_difference(image.values(), before) < 1e-14);
  }
}

TEST_CASE("law: a third of a turn moves red to green, green to blue, blue to red") {
  random_planes<double> image(6, 7, 3);
  std::vector<double> expected;
  for (int c : {2, 0, 1}) expected.insert(expected.end(), image.whole().channel(c), image.whole().channel(c) + 42);
  adjust_hue(image.whole(), 1.0 / 3.0);
  CHECK(largest_difference(image.values(), expected) < 1e-14);
}

TEST_CASE("law: grey pixels have no hue and no saturation") {
  random_planes<double> image(6, 7, 3);
  for (int c = 1; c < 3; ++c) std::copy_n(image.whole().channel(0), 42, image.whole().channel(c));
  std::vector<double> const before = image.values();
  adjust_hue(image.whole(), 0.3);
  CHECK(largest_difference(image.values(), before) == 0);
  adjust_saturation(image.whole(), 1.7);
  CHECK(largest_difference(image.values(), before) < 1e-4);  // the weights of grey sum to 0.9999
}

TEST_CASE("law: a key determines the view; every other key gives another one") {
  random_picture const picture(40, 36, 3);
  simclr_chain::options const o = simclr::options{}.chain<0>();
  ssl::shape const image{1, 32, 32, 3};
  std::set<std::vector<float>> views;
  int made = 0;
  for (std::uint64_t seed : {0, 1})
    for (std::uint32_t epoch : {0, 1})
      for (std::uint32_t sample : {0, 1})
        for (std::uint16_t number : {0, 1}) {
          ssl::draw_key const key{.seed = seed, .epoch = epoch, .sample = sample, .view = number};
          std::vector<float> const v = view_of<simclr_chain>(image, o, key, picture.view());
          CHECK(v == view_of<simclr_chain>(image, o, key, picture.view()));
          views.insert(v);
          ++made;
        }
  CHECK(static_cast<int>(views.size()) == made);
}

TEST_CASE("law: a view is the same whatever the scratch was used for before") {
  random_picture const large(90, 120, 3, 1), small(20, 21, 3, 2), grey(25, 30, 1, 3);
  simclr_chain::options const o;
  scratch used;
  std::vector<float> out(64 * 64 * 3);
  for (std::uint32_t sample = 0; sample < 20; ++sample) {
    simclr_chain::apply({1, 64, 64, 3}, o, {.sample = sample}, large.view(), out.data(), used);
    simclr_chain::apply({1, 28, 28, 1}, o, {.sample = sample}, grey.view(), out.data(), used);
    std::vector<float> got(32 * 32 * 3, NAN);
    simclr_chain::apply({1, 32, 32, 3}, o, {.sample = sample}, small.view(), got.data(), used);
    CHECK(got == view_of<simclr_chain>({1, 32, 32, 3}, o, {.sample = sample}, small.view()));
  }
}

TEST_CASE("law: before normalisation values stay within [0, 1]") {
  random_picture const picture(50, 40, 3);
  simclr_chain::options o;  // plain defaults normalise by mean 0 and deviation 1
  float low = 0, high = 1;
  for (std::uint32_t sample = 0; sample < 100; ++sample)
    for (float v : view_of<simclr_chain>({1, 40, 40, 3}, o, {.sample = sample}, picture.view()))
      low = std::min(low, v), high = std::max(high, v);
  CHECK(low == 0);
  CHECK(high <= 1 + 1e-6f);
}
