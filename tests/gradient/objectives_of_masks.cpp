// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_loss.hpp"
#include "gradient/expect_step.hpp"
#include "objectives/masked.hpp"
#include "ssl/losses/masked_patches.hpp"
#include "ssl/objectives/mae.hpp"

namespace {

using namespace gradient;
using losses::patch_target;

/// Two images of 2 x 3 patches of 2 x 2 pixels of two channels, of which two are seen.
constexpr shape images{2, 4, 6, 2}, wire{2, 2, 3, 1}, prediction{2, 1, 6, 8};
std::vector<std::int32_t> const orders{3, 0, 1, 2, 4, 5, /* second image */ 5, 2, 1, 4, 0, 3};

/// The targets of all patches, in the order (row, column, channel).
matrix patches_of(std::vector<double> const& x, patch_target target) {
  matrix all(12, 8);
  for (int row = 0; row < 12; ++row) {
    int const n = row / 6, top = row % 6 / 3 * 2, left = row % 3 * 2;
    for (int i = 0; i < 8; ++i)
      all(row, i) = x[static_cast<std::size_t>(((n * 4 + top + i / 4) * 6 + left + i / 2 % 2) * 2 + i % 2)];
    if (target == patch_target::pixels) continue;
    double mean = 0, square = 0;
    for (int i = 0; i < 8; ++i) mean += all(row, i) / 8;
    for (int i = 0; i < 8; ++i) square += (all(row, i) - mean) * (all(row, i) - mean);
    for (int i = 0; i < 8; ++i) all(row, i) = (all(row, i) - mean) / std::sqrt(square / 7 + 1e-6);
  }
  return all;
}

template <patch_target Target>
void expect_gradient() {
  using loss = losses::masked_patches<losses::masked_patches_config{.patch = 2, .visible = 2, .target = Target}>;
  std::vector<int> hidden;
  for (int i = 0; i < 12; ++i)
    if (i % 6 >= 2) hidden.push_back(i / 6 * 6 + orders[static_cast<std::size_t>(i)]);
  auto const pixels = drawn<images>(2).values;
  expect_loss<loss, prediction, images, wire>(
      {}, {drawn<prediction>(1), loss_input<double>::target(pixels), loss_input<double>::labels(orders)}, [&](auto const& x) {
        return mean_square_error(take_rows(x[0], hidden), take_rows(expression::constant(patches_of(pixels, Target)), hidden));
      });
}

TEST_CASE("gradient of masked_patches") {
  expect_gradient<patch_target::pixels>();
  expect_gradient<patch_target::normalised_pixels>();
}

TEST_CASE("mae: gradients of a step, encoder of visible patches and decoder") {
  expect_step_on_backends<tiny::mae<>, tiny::vit, tiny::ordered_view>();
  expect_step<tiny::run<tiny::mae<patch_target::pixels>, tiny::mean_vit, tiny::ordered_view>>();
}

}  // namespace
