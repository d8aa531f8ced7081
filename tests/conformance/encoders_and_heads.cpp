// SPDX-License-Identifier: Apache-2.0
#include "conformance/layer_case.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/layers/heads/projection.hpp"

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

TEST_CASE("projection: every backend agrees with the reference") {
  using layers::projection, layers::projection_config, layers::projection_form;
  constexpr shape features{.n = 33, .c = 31};
  conformance::expect_all_agree<
      layer_case<"projection", projection<projection_config{.hidden = 32, .out = 17}>, features>,
      layer_case<"projection, last norm",
                 projection<projection_config{.hidden = 32, .out = 17, .form = projection_form::last_norm}>, features>,
      layer_case<"projection, three layers",
                 projection<projection_config{.hidden = 32, .out = 17, .layers = 3, .form = projection_form::published}>,
                 features>>();
}

}  // namespace
