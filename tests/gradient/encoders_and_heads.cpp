// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_gradients.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/encoders/nin.hpp"
#include "ssl/encoders/resnet.hpp"
#include "ssl/layers/heads/dino_head.hpp"
#include "ssl/layers/heads/head.hpp"
#include "ssl/layers/heads/presets.hpp"

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

TEST_CASE("heads: gradients of every preset") {
  using namespace layers;
  constexpr shape features{.n = 6, .c = 5};
  constexpr head_widths two{.hidden = 4, .out = 3}, three{.hidden = 4, .out = 3, .layers = 3};
  expect_gradients<head<simclr_projection(two)>, features>();
  expect_gradients<head<simclr_projection(two, simclr_form::last_norm)>, features>();
  expect_gradients<head<simclr_projection(three, simclr_form::published)>, features>();
  expect_gradients<head<moco_projection({.hidden = 4, .out = 3, .layers = 1})>, features>();
  expect_gradients<head<moco_projection(two)>, features>();
  expect_gradients<head<simsiam_projection(three)>, features>();
  expect_gradients<head<barlow_twins_projection(three)>, features>();
}

TEST_CASE("dino_head: gradients with and without batch norm") {
  using namespace layers;
  constexpr shape features{.n = 6, .c = 5};
  expect_gradients<dino_head<dino_head_config{.hidden = 4, .bottleneck = 3, .out = 7}>, features>();
  expect_gradients<
      dino_head<dino_head_config{
          .hidden = 4, .bottleneck = 3, .out = 7, .layers = 2, .norm = head_norm::scale_and_shift, .gain = gain::learned}>,
      features>();
}

TEST_CASE("nin: gradients") {
  using encoders::nin, encoders::nin_config;
  expect_gradients<nin<nin_config{.blocks = 3, .width = 3, .second_width = 2, .third_width = 2}>,
                   shape{.n = 3, .h = 6, .w = 5, .c = 2}>();
}

TEST_CASE("resnet: gradients of both blocks and stems") {
  using namespace encoders;
  expect_gradients<
      resnet<resnet_config{.depth = {2, 1, 0, 0}, .width = {3, 4, 1, 1}, .stem_width = 3, .stem = resnet_stem::cifar}>,
      shape{.n = 3, .h = 5, .w = 4, .c = 2}>();
  expect_gradients<
      resnet<resnet_config{
          .block = resnet_block::bottleneck, .depth = {1, 1, 0, 0}, .width = {2, 2, 1, 1}, .stem_width = 3, .classes = 3}>,
      shape{.n = 3, .h = 15, .w = 13, .c = 2}>();
}

}  // namespace
