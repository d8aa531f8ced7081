// SPDX-License-Identifier: Apache-2.0
#include "ssl/objectives/simclr.hpp"
#include "ssl/objectives/supervised.hpp"

#include "conformance/step_case.hpp"
#include "objectives/moving_target.hpp"
#include "objectives/queue.hpp"
#include "objectives/tiny.hpp"
#include "ssl/augmentations/with_classes.hpp"

namespace {

using namespace tiny;
using conformance::expect_steps_agree, conformance::steps_case;

using simclr = objectives::simclr<objectives::simclr_config{.hidden = 9, .output = 5}>;

TEST_CASE("three steps of SimCLR: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"simclr on convnet", simclr, convnet>, steps_case<"simclr on vit", simclr, vit>>();
}

TEST_CASE("three steps of a supervised objective: every backend agrees with the reference") {
  using supervised = objectives::supervised<objectives::supervised_config{.classes = 3}>;
  expect_steps_agree<steps_case<"supervised", supervised, convnet, augmentations::with_classes<two_views>>>();
}

TEST_CASE("three steps with averages and a state: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"moving target", moving_target<average_moves::after_optimizer>, convnet>,
                     steps_case<"queue", queued_keys<7, 5>, unit_mlp>>();
}

}  // namespace
