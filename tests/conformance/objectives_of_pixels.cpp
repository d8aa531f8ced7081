// SPDX-License-Identifier: Apache-2.0
#include "ssl/objectives/colorization.hpp"
#include "ssl/objectives/inpainting.hpp"

#include "conformance/layer_case.hpp"
#include "conformance/loss_case.hpp"
#include "conformance/step_case.hpp"
#include "objectives/pixels.hpp"
#include "ssl/layers/lab.hpp"
#include "ssl/losses/binary_cross_entropy.hpp"
#include "ssl/losses/colorization.hpp"
#include "ssl/losses/weighted_square_error.hpp"

namespace {

using namespace conformance;
using ssl::losses::weighting;

TEST_CASE("backends agree on Lab") {
  expect_all_agree<layer_case<"lab 2 x 1 x 1", ssl::layers::lab, shape{.n = 2, .c = 3}>,
                   layer_case<"lab 3 x 5 x 7", ssl::layers::lab, shape{.n = 3, .h = 5, .w = 7, .c = 3}>>();
}

TEST_CASE("backends agree on the losses of pixels") {
  using ssl::losses::binary_cross_entropy;
  using published = ssl::losses::colorization<>;
  using few = ssl::losses::colorization<ssl::losses::colorization_config{.neighbours = 5, .weighting = weighting::loss}>;
  using plain = ssl::losses::weighted_square_error<>;
  using weighted = ssl::losses::weighted_square_error<ssl::losses::weighted_square_error_config{.weighting = weighting::loss}>;
  constexpr shape pixels{.n = 3, .h = 5, .w = 7, .c = 11}, one{.c = 1};
  expect_losses_agree<loss_case<"binary_cross_entropy 1", binary_cross_entropy, one>,
                      loss_case<"binary_cross_entropy 33", binary_cross_entropy, shape{.n = 33, .c = 1}>,
                      loss_case<"weighted_square_error 1", plain, one, one, one>,
                      loss_case<"weighted_square_error 3 x 5 x 7 x 11", weighted, pixels, pixels, pixels.with_channels(1)>,
                      loss_case<"colorization, 1 place", published, shape{.c = 313}, shape{.c = 2}>,
                      loss_case<"colorization, every third pixel", few, shape{.n = 3, .h = 2, .w = 3, .c = 313},
                                shape{.n = 3, .h = 6, .w = 9, .c = 2}>>();
}

TEST_CASE("three steps of colorization and inpainting: every backend agrees with the reference") {
  using ssl::augmentations::random_region;
  constexpr weighting as_published = weighting::gradient;
  using tiny::adversary;
  expect_steps_agree<
      steps_case<"colorization", tiny::colorization<1, 1, as_published>, tiny::lightness, tiny::one_view, 3, tiny::colour_image>,
      steps_case<"inpainting", tiny::inpainting<2, adversary::discriminator, as_published>, tiny::halving,
                 tiny::holes<random_region>, 3, tiny::holed_image>>();
}

}  // namespace
