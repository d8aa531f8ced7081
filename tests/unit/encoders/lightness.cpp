// SPDX-License-Identifier: Apache-2.0
#include "ssl/encoders/lightness.hpp"

#include <doctest/doctest.h>

#include "objectives/pixels.hpp"
#include "ssl/augmentations/to_lab.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"
#include "ssl/testing/network.hpp"
#include "ssl/testing/objective_check.hpp"
#include "unit/augmentations/pictures.hpp"

namespace {

using namespace tiny;

/// What colorization trains is judged and shipped like any other encoder: it is given colour pictures.
TEST_CASE("lightness: a frozen encoder gives for colour pictures what the inner one gives for their L") {
  using run = pixel_run<colorization<1, 0>, lightness, one_view, colour_image>;
  using frozen = frozen_of<run, 2>;
  backends::reference::context context;
  pipeline<run> p(context);
  testing::random_batches<run> batches(p.options());
  for (int step = 0; step < 3; ++step) p.step(batches.next());
  frozen encoder(context);
  freeze(p, encoder);

  testing::random_pictures const pictures(2, colour_image, 7);
  image_view const views[] = {pictures.image(0), pictures.image(1)};
  std::vector<double> found(2 * frozen::width);
  encoder.features(views, 2, found.data());

  std::vector<double> lightness_of_both;
  for (image_view const& v : views) {
    using lab_only = augmentations::chain<named<"lab", augmentations::to_lab>>;
    std::vector<float> const lab = view_of<lab_only>(colour_image, {}, {}, v);
    for (std::size_t i = 0; i < lab.size(); i += 3) lightness_of_both.push_back(static_cast<double>(lab[i]));
  }
  testing::single_network<convnet, colour_image.with_channels(1).with_batch(2), backends::reference, double,
                          execution{.mode = execution_mode::evaluation}>
      inner;
  auto const w = encoder.weights();
  for (block_info const& b : frozen::blocks(block_set::parameters))
    inner.set_parameter(b.name, {w.parameters.begin() + b.offset, w.parameters.begin() + b.offset + b.elements});
  for (block_info const& b : frozen::blocks(block_set::buffers))
    inner.set_buffer(b.name, {w.buffers.begin() + b.offset, w.buffers.begin() + b.offset + b.elements});
  std::vector<double> const expected = inner.forward(lightness_of_both);
  REQUIRE(expected.size() == found.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
}

/// Pools have no parameters, so that a map's are those of its encoder.
TEST_CASE("a feature map is what the encoder pools, and an encoder that says nothing is its own map") {
  static_assert(std::is_same_v<feature_map_of<mlp>, mlp>);
  static_assert(feature_map_of<convnet>::output(colour_image) == shape{.h = 2, .w = 2, .c = 6});
  static_assert(feature_map_of<lightness>::output(colour_image) == shape{.h = 2, .w = 2, .c = 6});
  static_assert(lightness::output(colour_image) == shape{.c = 6});
  static_assert(!lightness::check(colour_image.with_channels(1)).ok());
}

}  // namespace
