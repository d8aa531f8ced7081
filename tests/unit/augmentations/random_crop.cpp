// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/random_crop.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <vector>

#include "ssl/augmentations/chain.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;
using ssl::named;

namespace {

using crop = chain<named<"crop", random_crop>>;

/// The pixels of a picture at a box, black outside.
std::vector<float> pixels_at(ssl::image_view p, crop_box box) {
  std::vector<float> all;
  for (int y = box.top; y < box.top + box.height; ++y)
    for (int x = box.left; x < box.left + box.width; ++x)
      for (int c = 0; c < p.channels; ++c) {
        bool const inside = y >= 0 && y < p.height && x >= 0 && x < p.width;
        all.push_back(inside ? static_cast<float>(p.data[(y * p.width + x) * p.channels + c]) * unit_of_bytes<float> : 0.0f);
      }
  return all;
}

}  // namespace

TEST_CASE("random crop: the drawn box of the picture, black where it leaves it") {
  struct sizes {
    int picture_h, picture_w, h, w, padding;
  };
  for (sizes const s : {sizes{32, 32, 32, 32, 4}, {9, 40, 12, 30, 5}, {40, 9, 8, 8, 0}, {3, 2, 12, 13, 1}}) {
    random_picture const picture(s.picture_h, s.picture_w, 3);
    crop::options o;
    o.get<"crop">().padding_px = s.padding;
    for (std::uint32_t sample = 0; sample < 20; ++sample) {
      ssl::shape const image{1, s.h, s.w, 3};
      ssl::draws stream({.sample = sample});
      crop_box const box = random_crop::draw(o.get<"crop">(), stream, image, picture.view());
      CHECK((box.height == s.h && box.width == s.w));
      CHECK(view_of<crop>(image, o, {.sample = sample}, picture.view()) == pixels_at(picture.view(), box));
    }
  }
}

TEST_CASE("random crop: places are uniform, ends included; a picture that is too small lies in the middle") {
  random_picture const picture(32, 32, 1);
  int count[9] = {};
  for (std::uint32_t i = 0; i < 9000; ++i) {
    ssl::draws stream({.seed = 6, .sample = i});
    ++count[4 + random_crop::draw({}, stream, {1, 32, 32, 1}, picture.view()).top];
  }
  for (int c : count) CHECK(std::abs(c - 1000) < 150);  // five standard deviations
  ssl::draws stream({.seed = 6});
  CHECK(random_crop::draw({}, stream, {1, 52, 42, 1}, picture.view()) == crop_box{-10, -5, 52, 42});
}
