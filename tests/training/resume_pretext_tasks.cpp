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

TEST_CASE("a checkpoint says which parts of the batch the step takes") {
  nlohmann::json const graph = io::composition_json<run<tiny::relative_position<2>, convnet, patches<2>>>()["graph"];
  CHECK(graph[3] == "parts 0 0 0 1 1 1 2 2 2 3 3 3 1 2 3 0 2 3 0 1 3 0 1 2 of 4 <- 2");
}

}  // namespace
