// SPDX-License-Identifier: Apache-2.0
#include "conformance/layer_case.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/layers/heads/dino_head.hpp"
#include "ssl/layers/heads/head.hpp"
#include "ssl/layers/heads/presets.hpp"

namespace {

using namespace ssl;
using conformance::layer_case;

TEST_CASE("convnet: every backend agrees with the reference") {
  using net = encoders::convnet<encoders::convnet_config{.width = 7, .stages = 3}>;
  constexpr shape images{.n = 6, .h = 13, .w = 8, .c = 3};
  conformance::expect_all_agree<layer_case<"convnet", net, images>,
                                layer_case<"convnet, by view", net, images, execution{.statistics_groups = 2}>,
                                layer_case<"convnet, evaluation", net, images, execution{.mode = execution_mode::evaluation}>>();
}

TEST_CASE("mlp encoder: every backend agrees with the reference") {
  using net = encoders::mlp<encoders::mlp_config{.hidden = 33, .out = 31}>;
  conformance::expect_all_agree<layer_case<"mlp encoder", net, shape{.n = 17, .h = 4, .w = 4, .c = 2}>>();
}

TEST_CASE("heads: every backend agrees with the reference") {
  using namespace layers;
  constexpr shape features{.n = 33, .c = 31};
  conformance::expect_all_agree<
      layer_case<"head, last linear", head<byol_projection({.hidden = 32, .out = 17})>, features>,
      layer_case<"head, published", head<simclr_projection({.hidden = 32, .out = 17, .layers = 3}, simclr_form::published)>,
                 features>,
      layer_case<"head without norm", head<moco_projection({.hidden = 32, .out = 17})>, features>,
      layer_case<"dino_head", dino_head<dino_head_config{.hidden = 32, .bottleneck = 16, .out = 65}>, features>>();
}

}  // namespace
