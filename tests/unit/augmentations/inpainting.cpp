// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/inpainting.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "unit/augmentations/made_batch.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;

namespace {

using hole = centre_hole<centre_hole_config{.ring = 1}>;
using task = inpainting<hole>;
static_assert(hole::accepts({1, 8, 8, 3}) && !hole::accepts({1, 4, 8, 3}));
static_assert(task::layout({1, 8, 12, 3}) ==
              view_layout{
                  .groups = 2, .group = {{1, {1, 8, 12, 3}}, {1, {1, 4, 6, 3}}}, .mask_wires = 1, .mask = {{1, {1, 4, 6, 1}}}});

template <class Mask>
void check_context(ssl::shape image, std::uint32_t samples) {
  using Task = inpainting<Mask>;
  typename Task::options o;
  crop_box const part = predicted_box<Mask>(image);
  std::vector<float> const view = random_planes<float>(image.h, image.w, image.c).values();
  made_batch<Task> made(image, 1);
  for (int c = 0; c < image.c; ++c) o.fill[c] = 2 + static_cast<float>(c);
  for (std::uint32_t sample = 0; sample < samples; ++sample) {
    ssl::draws stream({.sample = sample});
    Task::apply(image, o, stream, view.data(), made.out, made.memory);
    REQUIRE(made.complete());
    int wrong = 0;
    for (int y = 0; y < image.h; ++y)
      for (int x = 0; x < image.w; ++x) {
        bool const inside = y >= part.top && y < part.top + part.height && x >= part.left && x < part.left + part.width;
        std::size_t const place = static_cast<std::size_t>((y - part.top) * part.width + x - part.left);
        bool const hidden = inside && made.masks[0][place] == 1;
        for (int c = 0; c < image.c; ++c) {
          std::size_t const i = static_cast<std::size_t>((y * image.w + x) * image.c + c);
          wrong += made.views[0][i] != (hidden ? 2 + static_cast<float>(c) : view[i]);
          if (inside) wrong += made.views[1][place * static_cast<std::size_t>(image.c) + static_cast<std::size_t>(c)] != view[i];
        }
      }
    CHECK(wrong == 0);
  }
}

}  // namespace

TEST_CASE("inpainting: the context is the view, filled where the mask hides it; the predicted part is the view's") {
  check_context<hole>({1, 8, 12, 3}, 1);
  check_context<random_region>({1, 40, 33, 2}, 5);
}

TEST_CASE("inpainting: the hole is the central half less its ring") {
  std::vector<std::int32_t> mask(8 * 12, -1);
  ssl::draws none({});
  scratch memory;
  hole::draw({}, none, {1, 8, 12, 3}, mask.data(), memory);
  CHECK(masked_count(mask.data(), 96) == 2 * 4);
  CHECK(mask[3 * 12 + 4] == 1);
  CHECK(mask[2 * 12 + 4] == 0);
  CHECK(mask[3 * 12 + 3] == 0);
  CHECK(mask[4 * 12 + 7] == 1);
  CHECK(mask[5 * 12 + 8] == 0);
}

TEST_CASE("inpainting: regions hide a share within the bounds, in few connected parts, each draw another one") {
  ssl::shape const image{1, 64, 64, 3};
  std::vector<std::int32_t> mask(64 * 64), before;
  scratch memory;
  int borders = 0;
  for (std::uint32_t sample = 0; sample < 30; ++sample) {
    ssl::draws stream({.sample = sample});
    random_region::draw({}, stream, image, mask.data(), memory);
    double const share = static_cast<double>(masked_count(mask.data(), 64 * 64)) / (64 * 64);
    CHECK(share >= 0.2);
    CHECK(share <= 0.3);
    CHECK(mask != before);
    before = mask;
    for (int y = 0; y < 64; ++y)
      for (int x = 1; x < 64; ++x)
        borders += mask[static_cast<std::size_t>(64 * y + x)] != mask[static_cast<std::size_t>(64 * y + x - 1)];
  }
  CHECK(borders / 30.0 / 64 < 4);  // changes along a row; independent pixels would have 24
}
