// SPDX-License-Identifier: Apache-2.0
#include "training/resume.hpp"

#include "objectives/pixels.hpp"

namespace {

using namespace tiny;
using resume::expect_equal_bits;

TEST_CASE("resuming equals continuing: colorization, and inpainting with its discriminator") {
  expect_equal_bits<pixel_run<colorization<1, 1>, lightness, one_view, colour_image>>("colorization");
  expect_equal_bits<pixel_run<inpainting<2>, halving, holes<augmentations::random_region>, holed_image>>("inpainting");
}

}  // namespace
