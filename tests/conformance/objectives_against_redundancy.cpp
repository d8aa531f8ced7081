// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_case.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/barlow_twins.hpp"
#include "ssl/objectives/emp_ssl.hpp"
#include "ssl/objectives/vicreg.hpp"

namespace {

using namespace conformance;

TEST_CASE("three steps of Barlow Twins, VICReg and EMP-SSL: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"barlow_twins", tiny::barlow_twins>, steps_case<"vicreg", tiny::vicreg>,
                     steps_case<"emp_ssl", tiny::emp_ssl, tiny::convnet, tiny::three_views>>();
}

}  // namespace
