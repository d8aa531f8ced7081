// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/views.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "ssl/augmentations/simclr.hpp"
#include "ssl/data/decoded_image.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/evaluation/features.hpp"

namespace {

using namespace ssl::evaluation;
using augmentation = ssl::augmentations::simclr_small_fixed_order;

/// What decodes on access: each call gives an object of its own.
struct decoding_images {
  ssl::data::procedural_images source{{.count = 9, .height = 12, .width = 10, .channels = 3, .seed = 1}};
  ssl::index size() const { return source.size(); }
  ssl::data::decoded_image image(ssl::index i) const {
    ssl::image_view const v = source.image(i);
    return {v.height, v.width, v.channels, {v.data, v.data + 12 * 10 * 3}};
  }
  std::int32_t label(ssl::index i) const { return source.label(i); }
};
static_assert(ssl::labelled_dataset<decoding_images>);

}  // namespace

TEST_CASE("two_views_of: views of training, as 8 bits") {
  decoding_images const images;
  constexpr ssl::shape image{.h = 8, .w = 8, .c = 3};
  augmentation::options const options;
  auto const views = two_views_of<augmentation>(images, image, options, 3);
  ssl::data::batcher<augmentation, decoding_images> source(images, image, 9, options, {.threads = 0, .seed = 3});
  float const* value = source.next().views[0];
  for (auto const& view : views) {
    REQUIRE(view.size() == 9);
    auto const floats = raw_pixels(view, augmentation::statistics(options));
    double worst = 0;
    for (float const f : floats) worst = std::max(worst, std::abs(double{f} - *value++));
    CHECK(worst < 0.5 / 255 / 0.24);  // half a level, divided by the smallest deviation
    CHECK(worst > 0);
  }
}

TEST_CASE("evaluation takes images that are decoded on access, of any size where it resizes") {
  decoding_images const images;
  ssl::augmentations::channel_statistics const& statistics = ssl::augmentations::cifar10_statistics;
  CHECK(raw_pixels(images, statistics) == raw_pixels(images.source, statistics));
  CHECK(raw_pixels(images, {.h = 12, .w = 10, .c = 3}, statistics) == raw_pixels(images, statistics));
  auto const small = raw_pixels(images, {.h = 3, .w = 5, .c = 3}, statistics);
  CHECK(small.shape(0) == 9);
  CHECK(small.shape(1) == 45);
  CHECK_THROWS_AS(raw_pixels(images, {.h = 3, .w = 5, .c = 1}, statistics), ssl::data_error);
  CHECK(labels_of(images)(3) == 3);
}

TEST_CASE("evaluation: of the images of a batch that fail the first is told") {
  struct failing_images : decoding_images {
    ssl::data::decoded_image image(ssl::index i) const {
      if (i >= 3) throw ssl::data_error(603, "image " + std::to_string(i));
      return decoding_images::image(i);
    }
  } const images;
  detail::picture_batch<failing_images> batch;
  ssl::image_view const* const views = batch.take(images, 1, 2);
  CHECK(std::equal(views[1].data, views[1].data + 360, images.source.image(2).data));
  CHECK_THROWS_WITH_AS(batch.take(images, 0, 9), doctest::Contains("image 3"), ssl::data_error);
}
