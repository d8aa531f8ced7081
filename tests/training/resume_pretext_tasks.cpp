// SPDX-License-Identifier: Apache-2.0
#include "objectives/pretext_tasks.hpp"
#include "training/resume.hpp"

namespace {

using namespace tiny;
using resume::expect_equal_bits;

TEST_CASE("resuming equals continuing: rotation, jigsaw, relative position") {
  expect_equal_bits<run<tiny::rotation, convnet, four_turns>>("rotation");
  expect_equal_bits<run<tiny::jigsaw<2, 24>, convnet, tiles<2, 24>>>("jigsaw");
  expect_equal_bits<run<tiny::relative_position<2>, convnet, patches<2>>>("relative_position");
}

}  // namespace
