// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_step.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/dinov2.hpp"

namespace {

using namespace tiny;
using objectives::dinov2_heads;
using ssl::losses::teacher_targets;

/// Layer scale would hide the blocks; the check moves every weight from where training begins.
TEST_CASE("dinov2: gradients of a step, with heads of their own, registers and samples that are skipped") {
  expect_step<run<dinov2<2, dinov2_heads::untied, teacher_targets::balanced, 1>, masked_vit, masked_multi_crop>>();
}

TEST_CASE("dinov2: gradients of a step, with one head and centred targets") {
  expect_step<run<dinov2<2, dinov2_heads::tied, teacher_targets::centred, 1>, masked_vit, masked_multi_crop>>();
}

}  // namespace
