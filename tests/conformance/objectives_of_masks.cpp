// SPDX-License-Identifier: Apache-2.0
#include "conformance/loss_case.hpp"
#include "conformance/step_case.hpp"
#include "objectives/masked.hpp"
#include "ssl/losses/masked_patches.hpp"
#include "ssl/objectives/mae.hpp"

namespace {

using namespace conformance;
using losses::patch_target;

template <int Patch, int Visible, patch_target Target>
using hidden = losses::masked_patches<losses::masked_patches_config{.patch = Patch, .visible = Visible, .target = Target}>;

TEST_CASE("backends agree on masked_patches") {
  constexpr auto pixels = patch_target::pixels, normalised = patch_target::normalised_pixels;
  expect_losses_agree<
      loss_case<"two patches, one hidden", hidden<2, 1, normalised>, shape{1, 1, 2, 4}, shape{1, 2, 4, 1}, shape{1, 1, 2, 1}>,
      loss_case<"pixels of 3 x 5 patches", hidden<3, 4, pixels>, shape{5, 1, 15, 18}, shape{5, 9, 15, 2}, shape{5, 3, 5, 1}>,
      loss_case<"3 x 5 patches", hidden<3, 4, normalised>, shape{5, 1, 15, 18}, shape{5, 9, 15, 2}, shape{5, 3, 5, 1}>,
      loss_case<"CIFAR's", hidden<4, 16, normalised>, shape{31, 1, 64, 48}, shape{31, 32, 32, 3}, shape{31, 8, 8, 1}>>();
}

TEST_CASE("three steps of MAE: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"mae", tiny::mae<>, tiny::vit, tiny::ordered_view>,
                     steps_case<"mae, pixels as they are, the mean of the patches", tiny::mae<patch_target::pixels>,
                                tiny::mean_vit, tiny::ordered_view>>();
}

}  // namespace
