// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_step.hpp"
#include "objectives/pretext_tasks.hpp"
#include "ssl/objectives/jigsaw.hpp"
#include "ssl/objectives/relative_position.hpp"
#include "ssl/objectives/rotation.hpp"

namespace {

using namespace tiny;

TEST_CASE("rotation: gradients of a step") {
  expect_step<run<tiny::rotation, convnet, four_turns>>();
  expect_step<run<tiny::rotation, vit, four_turns>>();
}
TEST_CASE("jigsaw: gradients of a step, with 2 x 2 and 3 x 3 tiles") {
  expect_step<run<tiny::jigsaw<2, 24>, convnet, tiles<2, 24>>>();
  expect_step<on_six<run<tiny::jigsaw<3, 7>, convnet, tiles<3, 7>>>>();
}
TEST_CASE("relative_position: gradients of a step, with all pairs and with those of the centre") {
  expect_step<run<tiny::relative_position<2>, convnet, patches<2>>>();
  expect_step<on_six<run<tiny::relative_position<3>, convnet, patches<3>>>>();
  constexpr neighbour_pairs centre = neighbour_pairs::centre;
  expect_step<on_six<run<tiny::relative_position<3, centre>, convnet, patches<3, centre>>>>();
}

}  // namespace
