// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_step.hpp"
#include "objectives/tiny.hpp"
#include "ssl/augmentations/with_classes.hpp"
#include "ssl/objectives/supervised.hpp"

namespace {

TEST_CASE("supervised: gradients of a step, with one view and with two") {
  using supervised = ssl::objectives::supervised<ssl::objectives::supervised_config{.classes = 3}>;
  expect_step<tiny::run<supervised, tiny::convnet, ssl::augmentations::with_classes<tiny::one_view>>>();
  expect_step<tiny::run<supervised, tiny::vit, ssl::augmentations::with_classes<tiny::two_views>>>(
      {.objective = {.label_smoothing = 0.1}});
}

}  // namespace
