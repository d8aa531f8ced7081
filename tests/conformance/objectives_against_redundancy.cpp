// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_case.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/barlow_twins.hpp"
#include "ssl/objectives/vicreg.hpp"

namespace {

using namespace conformance;

TEST_CASE("three steps of Barlow Twins and VICReg: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"barlow_twins", tiny::barlow_twins>, steps_case<"vicreg", tiny::vicreg>>();
}

}  // namespace
