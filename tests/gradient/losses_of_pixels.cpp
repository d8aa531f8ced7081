// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_gradients.hpp"
#include "gradient/expect_loss.hpp"
#include "ssl/layers/lab.hpp"
#include "ssl/losses/binary_cross_entropy.hpp"
#include "ssl/losses/colorization.hpp"
#include "ssl/losses/weighted_square_error.hpp"

namespace {

using namespace gradient;
using losses::weighting;

TEST_CASE("lab: gradients of all three numbers") {
  expect_gradients<ssl::layers::lab, shape{.n = 2, .h = 3, .w = 4, .c = 3}>({.low = 0.06, .high = 0.95});
  expect_gradients<ssl::layers::lab, shape{.n = 2, .h = 3, .w = 4, .c = 3}>(
      {.low = 0.001, .high = 0.035});  // the lines near black
}

TEST_CASE("gradient of binary_cross_entropy") {
  constexpr shape in{.n = 3, .h = 2, .w = 1, .c = 2};
  for (double const target : {0.0, 1.0, 0.9})
    expect_loss<losses::binary_cross_entropy, in>({.target = target}, {drawn<in>(1)}, [&](std::vector<expression> const& x) {
      return mean(log(1.0 + exp(x[0]))) - target * mean(x[0]);
    });
}

TEST_CASE("gradient of weighted_square_error") {
  using loss = losses::weighted_square_error<losses::weighted_square_error_config{.weighting = weighting::loss}>;
  constexpr shape in{.n = 2, .h = 2, .w = 3, .c = 5}, places = in.with_channels(1);
  std::vector<std::int32_t> const mask{1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1};
  matrix weights(12, 5, 1.0);
  for (int r = 0; r < 12; ++r)
    for (int c = 0; c < 5; ++c)
      weights.values[static_cast<std::size_t>(5 * r + c)] = mask[static_cast<std::size_t>(r)] == 0 ? 4 : 1;
  expect_loss<loss, in, in, places>(
      {.visible_weight = 4}, {drawn<in>(1), drawn<in>(2), loss_input<double>::labels(mask)},
      [&](std::vector<expression> const& x) { return mean(expression::constant(weights) * square(x[0] - x[1])); });
}

TEST_CASE("weights that multiply the gradient only: the same gradient, and the value without them") {
  constexpr shape in{.n = 2, .h = 2, .w = 3, .c = 5};
  std::vector<loss_input<double>> const given{drawn<in>(1), drawn<in>(2),
                                              loss_input<double>::labels({1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1})};
  auto const both = [&]<weighting Weighting>(double visible) {
    using loss = losses::weighted_square_error<losses::weighted_square_error_config{.weighting = Weighting}>;
    return evaluate_loss<loss, ssl::backends::reference, double, in, in, in.with_channels(1)>({.visible_weight = visible}, given);
  };
  auto const published = both.template operator()<weighting::gradient>(4), whole = both.template operator()<weighting::loss>(4);
  CHECK(published.gradient == whole.gradient);
  CHECK(published.loss == both.template operator()<weighting::loss>(1).loss);
  CHECK(whole.loss > 1.5 * published.loss);
}

/// Colours of every second pixel, some near grey, and one image that is grey all over.
TEST_CASE("gradient of colorization") {
  using loss = losses::colorization<losses::colorization_config{.neighbours = 3, .weighting = weighting::loss}>;
  constexpr shape logits{.n = 2, .h = 2, .w = 1, .c = 313}, ab{.n = 2, .h = 4, .w = 2, .c = 2};
  loss_input<double> colours = drawn<ab>(4);
  for (int i = 0; i < 16; ++i) colours.values[static_cast<std::size_t>(i)] *= 60;
  for (int i = 16; i < 32; ++i) colours.values[static_cast<std::size_t>(i)] *= 2;
  colours.wants_gradient = false;
  loss::options options{.ab_scale = 1};
  for (int q = 0; q < 313; ++q) options.class_weights.of[q] = 0.5 + q % 5;

  matrix targets(4, 313, 0.0), weights(4, 1, 0.0);
  for (int r = 0; r < 2; ++r) {  // place r of image 0 has the colour of pixel (2 r, 0)
    int bins[3];
    double shares[3];
    double const* const at = &colours.values[static_cast<std::size_t>(2 * r * 2 * 2)];
    ssl::ops::soft_ab_bins<3>(at[0], at[1], 5.0, bins, shares);
    for (int k = 0; k < 3; ++k) targets.values[static_cast<std::size_t>(r * 313 + bins[k])] = shares[k];
    weights.values[static_cast<std::size_t>(r)] = options.class_weights.of[bins[0]];
  }
  expect_loss<loss, logits, ab>(options, {drawn<logits>(3), colours}, [&](std::vector<expression> const& x) {
    expression const entropy = -1.0 * row_sums(expression::constant(targets) * log_softmax(x[0]));
    return mean(expression::constant(weights) * entropy);
  });
}

}  // namespace
