// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/conv2d.hpp"

#include "ssl/layers/patch_embedding.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("linear: a product and a shift") {
  unit::on_reference<linear<linear_config{.out = 2}>, shape{.n = 2, .c = 3}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"weight 2x3", "bias 2"});
  net.set_parameter("weight", {1, 2, 3, 4, 5, 6});
  net.set_parameter("bias", {100, 200});
  CHECK(net.forward({1, 0, 0, 1, 1, 1}) == unit::numbers{101, 204, 106, 215});
  CHECK(net.backward({1, 0, 0, 1}) == unit::numbers{1, 2, 3, 4, 5, 6});
  CHECK(net.gradient("weight") == unit::numbers{1, 0, 0, 1, 1, 1});
  CHECK(net.gradient("bias") == unit::numbers{1, 1});
}

TEST_CASE("conv2d: a kernel that takes the right neighbour, zeros outside") {
  unit::on_reference<conv2d<conv_config{.out = 1, .kernel = 3, .padding = 1}>, shape{.n = 1, .h = 2, .w = 3}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"weight 1x3x3x1"});
  net.set_parameter("weight", {0, 0, 0, 0, 0, 1, 0, 0, 0});
  CHECK(net.forward({1, 2, 3, 4, 5, 6}) == unit::numbers{2, 3, 0, 5, 6, 0});
  CHECK(net.backward({1, 10, 100, 2, 20, 200}) == unit::numbers{0, 1, 10, 0, 2, 20});
}

TEST_CASE("conv2d: stride, output channels and bias") {
  unit::on_reference<conv2d<conv_config{.out = 2, .kernel = 1, .stride = 2, .bias = bias::yes}>, shape{.n = 1, .h = 3, .w = 3}> net;
  CHECK(net.output == shape{.n = 1, .h = 2, .w = 2, .c = 2});
  net.set_parameter("weight", {1, -1});
  net.set_parameter("bias", {0, 0.5});
  CHECK(net.forward({1, 2, 3, 4, 5, 6, 7, 8, 9}) == unit::numbers{1, -0.5, 3, -2.5, 7, -6.5, 9, -8.5});
}

TEST_CASE("patch_embedding: every patch is one token") {
  unit::on_reference<patch_embedding<patch_config{.patch = 2, .width = 1}>, shape{.n = 1, .h = 2, .w = 4}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"proj.weight 1x2x2x1", "proj.bias 1"});
  net.set_parameter("proj.weight", {1, 10, 100, 1000});
  net.set_parameter("proj.bias", {0.5});
  CHECK(net.forward({1, 2, 3, 4, 5, 6, 7, 8}) == unit::numbers{6521.5, 8743.5});
}

TEST_CASE("patch_embedding: weight and bias are drawn as torch.nn.Conv2d's, below 1 / sqrt(inputs of a patch)") {
  unit::on_reference<patch_embedding<patch_config{.patch = 4, .width = 64}>, shape{.n = 1, .h = 4, .w = 4, .c = 3}> net;
  net.initialise(1);
  double const bound = 1 / std::sqrt(48.0);
  for (char const* name : {"proj.weight", "proj.bias"}) {
    double most = 0;
    for (double w : net.parameter(name)) most = std::max(most, std::abs(w));
    CHECK(most <= bound);
    CHECK(most > 0.9 * bound);
  }
}

}  // namespace
