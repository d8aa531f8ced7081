// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_case.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/moco.hpp"
#include "ssl/objectives/moco_v3.hpp"

namespace {

using namespace conformance;

TEST_CASE("three steps of MoCo and MoCo v3: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"moco", tiny::moco>, steps_case<"moco_v3", tiny::moco_v3, tiny::convnet, tiny::two_views, 8>>();
}

}  // namespace
