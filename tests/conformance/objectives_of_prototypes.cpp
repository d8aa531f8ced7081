// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_case.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/dino.hpp"
#include "ssl/objectives/swav.hpp"

namespace {

using namespace conformance;

TEST_CASE("three steps of DINO and SwAV: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"dino, crops of two sizes", tiny::dino<2>, tiny::vit, tiny::multi_crop>,
                     steps_case<"swav, crops of two sizes and a queue", tiny::swav<2, 6>, tiny::convnet, tiny::multi_crop>>();
}

}  // namespace
