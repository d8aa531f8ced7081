// SPDX-License-Identifier: Apache-2.0
#include "conformance/layer_case.hpp"
#include "ssl/encoders/nin.hpp"
#include "ssl/encoders/resnet.hpp"

namespace {

using namespace ssl;
using conformance::layer_case;

TEST_CASE("nin: every backend agrees with the reference") {
  using net = encoders::nin<encoders::nin_config{.blocks = 2, .width = 9, .second_width = 7, .third_width = 5}>;
  conformance::expect_all_agree<layer_case<"nin", net, shape{.n = 4, .h = 9, .w = 8, .c = 3}>>();
}

TEST_CASE("resnet: every backend agrees with the reference") {
  using namespace encoders;
  using small = resnet<resnet_config{.depth = {1, 1, 0, 0}, .width = {9, 31, 1, 1}, .stem_width = 9, .stem = resnet_stem::cifar}>;
  using wide =
      resnet<resnet_config{.block = resnet_block::bottleneck, .depth = {2, 0, 0, 0}, .width = {4, 1, 1, 1}, .stem_width = 17}>;
  conformance::expect_all_agree<layer_case<"resnet", small, shape{.n = 8, .h = 9, .w = 8, .c = 3}>,
                                layer_case<"resnet with bottlenecks", wide, shape{.n = 4, .h = 23, .w = 19, .c = 3}>>();
}

}  // namespace
