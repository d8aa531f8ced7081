// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_gradients.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/layers/heads/projection.hpp"

namespace {

using namespace ssl;

TEST_CASE("convnet: gradients, with joint and per-view statistics") {
  using net = encoders::convnet<encoders::convnet_config{.width = 3, .stages = 3}>;
  constexpr shape images{.n = 4, .h = 5, .w = 4, .c = 2};
  expect_gradients<net, images>();
  expect_gradients<net, images, execution{.statistics_groups = 2}>();
  expect_gradients<encoders::convnet<encoders::convnet_config{.width = 2, .stages = 1, .kernel = 5}>, images>();
}

TEST_CASE("mlp: gradients with and without batch statistics") {
  constexpr shape images{.n = 4, .h = 2, .w = 3, .c = 2};
  expect_gradients<encoders::mlp<encoders::mlp_config{.hidden = 5, .out = 3}>, images>();
  expect_gradients<encoders::mlp<encoders::mlp_config{.hidden = 5, .out = 3, .norm = encoders::mlp_norm::none}>, images>();
}

TEST_CASE("projection: gradients of every form and depth") {
  using layers::projection, layers::projection_config, layers::projection_form;
  constexpr shape features{.n = 6, .c = 5};
  expect_gradients<projection<projection_config{.hidden = 4, .out = 3}>, features>();
  expect_gradients<projection<projection_config{.hidden = 4, .out = 3, .layers = 3}>, features>();
  expect_gradients<projection<projection_config{.hidden = 4, .out = 3, .form = projection_form::last_norm}>, features>();
  expect_gradients<projection<projection_config{.hidden = 4, .out = 3, .layers = 3, .form = projection_form::published}>,
                   features>();
}

}  // namespace
