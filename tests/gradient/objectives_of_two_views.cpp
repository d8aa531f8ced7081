// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_step.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/barlow_twins.hpp"
#include "ssl/objectives/byol.hpp"
#include "ssl/objectives/dino.hpp"
#include "ssl/objectives/emp_ssl.hpp"
#include "ssl/objectives/moco.hpp"
#include "ssl/objectives/moco_v3.hpp"
#include "ssl/objectives/vicreg.hpp"

namespace {

using namespace tiny;

TEST_CASE("moco: gradients of a step") {
  expect_step<run<moco>>();
  expect_step<run<moco, vit>>();
}
TEST_CASE("moco_v3: gradients of a step") {
  expect_step<run<moco_v3>>();
  expect_step<run<moco_v3, vit>>();
}
TEST_CASE("byol: gradients of a step") { expect_step<run<byol>>(); }
TEST_CASE("barlow_twins: gradients of a step") { expect_step<run<tiny::barlow_twins>>(); }
TEST_CASE("vicreg: gradients of a step") { expect_step<run<tiny::vicreg>>(); }
TEST_CASE("emp_ssl: gradients of a step") { expect_step<run<tiny::emp_ssl, convnet, three_views>>(); }
TEST_CASE("dino: gradients of a step, with two views and with crops of two sizes") {
  expect_step<run<dino<0, layers::gain::learned>>>();
  expect_step<run<dino<2>, vit, multi_crop>>();
}

}  // namespace
