// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_case.hpp"
#include "objectives/pretext_tasks.hpp"
#include "ssl/objectives/jigsaw.hpp"
#include "ssl/objectives/relative_position.hpp"
#include "ssl/objectives/rotation.hpp"

namespace {

using namespace conformance;

TEST_CASE("three steps of rotation, jigsaw and relative position: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"rotation", tiny::rotation, tiny::convnet, tiny::four_turns>,
                     steps_case<"jigsaw", tiny::jigsaw<2, 24>, tiny::convnet, tiny::tiles<2, 24>>,
                     steps_case<"relative_position", tiny::relative_position<2>, tiny::convnet, tiny::patches<2>>>();
}

}  // namespace
