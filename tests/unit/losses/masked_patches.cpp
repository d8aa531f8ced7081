// SPDX-License-Identifier: Apache-2.0
#include "ssl/losses/masked_patches.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "ssl/testing/loss_check.hpp"

namespace {

using namespace ssl::losses;
using ssl::shape;
using ssl::testing::evaluate_loss;
using ssl::testing::loss_input;
using numbers = std::vector<double>;

/// Two patches of 2 x 2 beside each other, of which the second is seen.
template <patch_target Target>
using one_hidden = masked_patches<masked_patches_config{.patch = 2, .visible = 1, .target = Target}>;
constexpr shape prediction{1, 1, 2, 4}, image{1, 2, 4, 1}, order{1, 1, 2, 1};
numbers const pixels{1, 2, 50, 60,  //
                     3, 6, 70, 80};

template <patch_target Target>
ssl::testing::loss_outcome<double> evaluate(numbers const& predicted) {
  return evaluate_loss<one_hidden<Target>, ssl::backends::reference, double, prediction, image, order>(
      {}, {predicted, loss_input<double>(pixels), loss_input<double>::labels({1, 0})}, 2);
}

TEST_CASE("masked_patches: pixels of hidden patches only, row by row") {
  auto const found = evaluate<patch_target::pixels>({1, 2, 3, 2, 9, 9, 9, 9});
  CHECK(found.loss == 16.0 / 4);
  CHECK(found.gradient[0] == numbers{0, 0, 0, 2 * 2 * -4.0 / 4, 0, 0, 0, 0});
  CHECK(found.gradient[1] == numbers(8, 0));  // pixels are what is predicted
}

TEST_CASE("masked_patches: pixels normalised by mean and unbiased variance of their patch") {
  double const scale = 1 / std::sqrt(14.0 / 3 + 1e-6);  // 1, 2, 3, 6: mean 3, squares 4 + 1 + 0 + 9
  auto const found = evaluate<patch_target::normalised_pixels>({-2 * scale, -scale, 0, 0, 9, 9, 9, 9});
  CHECK(found.loss == doctest::Approx(9 * scale * scale / 4));
  CHECK(found.gradient[0][3] == doctest::Approx(-2 * 2 * 3 * scale / 4));
  for (int i : {0, 1, 2}) CHECK(std::abs(found.gradient[0][i]) < 1e-15);
  for (int i : {4, 5, 6, 7}) CHECK(found.gradient[0][i] == 0);
}

TEST_CASE("masked_patches: a patch of one colour has the target 0") {
  numbers const flat{5, 5, 50, 60, 5, 5, 70, 80}, zeros(8, 0);
  auto const found =
      evaluate_loss<one_hidden<patch_target::normalised_pixels>, ssl::backends::reference, double, prediction, image, order>(
          {}, {zeros, loss_input<double>::target(flat), loss_input<double>::labels({1, 0})});
  CHECK(found.loss == 0);
}

template <int Patch, int Visible>
bool accepted(shape x, shape view, shape wire) {
  std::array const in{x, view, wire};
  return masked_patches<masked_patches_config{.patch = Patch, .visible = Visible}>::accepts(in.data());
}

TEST_CASE("masked_patches: what is refused") {
  CHECK(accepted<2, 1>(prediction, image, order));
  CHECK_FALSE(accepted<2, 2>(prediction, image, order));                     // nothing is hidden
  CHECK_FALSE(accepted<2, 0>(prediction, image, order));                     // nothing was seen
  CHECK_FALSE(accepted<3, 1>(prediction, image, order));                     // the patch does not divide
  CHECK_FALSE(accepted<2, 1>(prediction.with_channels(3), image, order));    // numbers of a patch
  CHECK_FALSE(accepted<2, 1>(prediction.with_batch(2), image, order));       // predictions of other images
  CHECK_FALSE(accepted<2, 1>(prediction, image, shape{1, 1, 3, 1}));         // another grid
  CHECK_FALSE(accepted<1, 1>(shape{1, 1, 8, 1}, image, shape{1, 2, 4, 1}));  // a single number has no variance
}

}  // namespace
