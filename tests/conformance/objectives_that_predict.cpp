// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_case.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/byol.hpp"
#include "ssl/objectives/simsiam.hpp"

namespace {

using namespace conformance;

TEST_CASE("three steps of BYOL and SimSiam: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"byol", tiny::byol>, steps_case<"simsiam", tiny::simsiam>>();
}

}  // namespace
