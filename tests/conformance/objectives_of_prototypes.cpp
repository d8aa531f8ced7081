// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_case.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/dino.hpp"
#include "ssl/objectives/dinov2.hpp"
#include "ssl/objectives/swav.hpp"

namespace {

using namespace conformance;

TEST_CASE("three steps of DINO and SwAV: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"dino, crops of two sizes", tiny::dino<2>, tiny::vit, tiny::multi_crop>,
                     steps_case<"swav, crops of two sizes and a queue", tiny::swav<2, 6>, tiny::convnet, tiny::multi_crop>>();
}

TEST_CASE("three steps of DINOv2: every backend agrees with the reference") {
  using objectives::dinov2_heads;
  using ssl::losses::teacher_targets;
  expect_steps_agree<
      steps_case<"dinov2, own heads, balanced", tiny::dinov2<2, dinov2_heads::untied, teacher_targets::balanced, 1>,
                 tiny::masked_vit, tiny::masked_multi_crop>,
      steps_case<"dinov2, one head, centred", tiny::dinov2<2, dinov2_heads::tied, teacher_targets::centred, 1>, tiny::masked_vit,
                 tiny::masked_multi_crop>>();
}

}  // namespace
