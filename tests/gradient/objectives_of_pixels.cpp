// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_step.hpp"
#include "objectives/pixels.hpp"
#include "ssl/objectives/colorization.hpp"
#include "ssl/objectives/inpainting.hpp"

namespace {

using namespace tiny;
using augmentations::random_region;

TEST_CASE("colorization: gradients of a step") {
  using at_every_second_pixel = pixel_run<colorization<0, 1>, lightness, one_view, colour_image>;
  using at_every_pixel = pixel_run<colorization<1, 0>, lightness, one_view, colour_image>;
  run_options<at_every_second_pixel> rare_ones_weigh_more;
  for (int q = 0; q < ops::ab_bin_count; ++q) rare_ones_weigh_more.objective.prior.of[q] = (1 + q % 7) / 1250.0;
  expect_step<at_every_second_pixel>(rare_ones_weigh_more);
  expect_step<at_every_pixel>();
}

TEST_CASE("inpainting: gradients of a step, those of the discriminator included") {
  using in_the_middle = pixel_run<inpainting<1>, halving, holes<centre>, holed_image>;
  using in_a_region = pixel_run<inpainting<2>, halving, holes<random_region>, holed_image>;
  using without_adversary = pixel_run<inpainting<1, adversary::none>, halving, holes<centre>, holed_image>;
  expect_step<in_the_middle>({.objective = {.pixel_weight = 0.6, .visible_weight = 3}});
  expect_step<in_a_region>({.objective = {.pixel_weight = 0.6, .visible_weight = 3}});
  expect_step<without_adversary>();
}

}  // namespace
