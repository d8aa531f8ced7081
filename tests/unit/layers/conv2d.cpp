// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/conv2d.hpp"

#include "ssl/layers/conv_transpose2d.hpp"
#include "ssl/layers/patch_embedding.hpp"
#include "ssl/layers/weight_norm_linear.hpp"
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

TEST_CASE("conv2d: a group of outputs sees its own inputs only") {
  unit::on_reference<conv2d<conv_config{.out = 4, .kernel = 1, .groups = 2}>, shape{.n = 1, .c = 4}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"weight 4x1x1x2"});
  net.set_parameter("weight", {1, 0, 0, 1, 10, 0, 0, 10});
  CHECK(net.forward({1, 2, 3, 4}) == unit::numbers{1, 2, 30, 40});
  CHECK(net.backward({1, 0, 0, 5}) == unit::numbers{1, 0, 0, 50});
  CHECK(net.gradient("weight") == unit::numbers{1, 2, 0, 0, 0, 0, 15, 20});
}

TEST_CASE("conv2d: taps of a dilated kernel stand apart") {
  unit::on_reference<conv2d<conv_config{.out = 1, .kernel = 2, .dilation = 2}>, shape{.n = 1, .h = 3, .w = 4}> net;
  CHECK(net.output == shape{.n = 1, .h = 1, .w = 2, .c = 1});
  net.set_parameter("weight", {1, 10, 100, 1000});
  CHECK(net.forward({1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8}) == unit::numbers{7531, 8642});
  CHECK(net.backward({1, 0}) == unit::numbers{1, 0, 10, 0, 0, 0, 0, 0, 100, 0, 1000, 0});
}

TEST_CASE("conv2d: groups must divide the channels") {
  constexpr shape maps{.n = 1, .h = 3, .w = 3, .c = 4};
  CHECK(conv2d<conv_config{.out = 6, .groups = 2}>::check(maps).ok());
  CHECK(!conv2d<conv_config{.out = 5, .groups = 2}>::check(maps).valid);
  CHECK(!conv2d<conv_config{.out = 6, .groups = 3}>::check(maps).accepted);
  CHECK(!conv2d<conv_config{.out = 6, .dilation = 2}>::check(maps).accepted);
}

TEST_CASE("conv_transpose2d: every pixel paints its kernel") {
  unit::on_reference<conv_transpose2d<conv_transpose_config{.out = 1, .kernel = 2, .stride = 2, .padding = 0}>, shape{.n = 1, .h = 1, .w = 2}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"weight 1x2x2x1", "bias 1"});
  net.set_parameter("weight", {1, 2, 3, 4});
  net.set_parameter("bias", {0.5});
  CHECK(net.forward({1, 10}) == unit::numbers{1.5, 2.5, 10.5, 20.5, 3.5, 4.5, 30.5, 40.5});
  CHECK(net.backward({1, 0, 0, 0, 0, 0, 0, 1}) == unit::numbers{1, 4});
}

TEST_CASE("conv_transpose2d: the output padding adds rows at the end, and may not reach the stride") {
  using larger = conv_transpose2d<conv_transpose_config{.out = 1, .kernel = 3, .output_padding = 1}>;
  CHECK(larger::output(shape{.h = 4, .w = 5}) == shape{.h = 8, .w = 10});
  CHECK(conv_transpose2d<conv_transpose_config{.out = 1, .kernel = 3}>::output(shape{.h = 4, .w = 5}) == shape{.h = 7, .w = 9});
  CHECK(!conv_transpose2d<conv_transpose_config{.out = 1, .output_padding = 2}>::check(shape{.h = 4, .w = 4}).valid);
  CHECK(!conv_transpose2d<conv_transpose_config{.out = 1, .kernel = 2, .padding = 1}>::check(shape{}).accepted);  // nothing is left
}

TEST_CASE("weight_norm_linear: the length of a direction does not count") {
  unit::on_reference<weight_norm_linear<weight_norm_linear_config{.out = 2}>, shape{.n = 1, .c = 2}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"weight_v 2x2", "weight_g 2x1"});
  net.set_parameter("weight_v", {3, 4, 0, 7});
  net.set_parameter("weight_g", {10, 2});
  CHECK(unit::close(net.forward({1, 2}), {22, 4}));
  unit::on_reference<weight_norm_linear<weight_norm_linear_config{.out = 2, .gain = gain::one}>, shape{.n = 1, .c = 2}> fixed;
  CHECK(unit::listed(fixed.parameters()) == std::vector<std::string>{"weight_v 2x2"});
  fixed.set_parameter("weight_v", {3, 4, 0, 7});
  CHECK(unit::close(fixed.forward({1, 2}), {2.2, 2}));
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

/// The weights of a network after a draw: their deviation.
template <class Network>
double deviation_of_weights() {
  unit::on_reference<Network, shape{.n = 1, .h = 4, .w = 4, .c = 16}> net;
  net.initialise(1);
  double square = 0;
  unit::numbers const weight = net.parameter("weight");
  for (double w : weight) square += w * w;
  return std::sqrt(square / static_cast<double>(weight.size()));
}

TEST_CASE("conv2d and conv_transpose2d: weights of adversarial networks have deviation 0.02, whatever the extents; biases are 0") {
  CHECK(deviation_of_weights<conv2d<conv_config{.out = 64, .init = conv_init::gan}>>() == doctest::Approx(0.02).epsilon(0.03));
  using up = conv_transpose2d<conv_transpose_config{.out = 64, .init = conv_init::gan}>;
  CHECK(deviation_of_weights<up>() == doctest::Approx(0.02).epsilon(0.03));
  unit::on_reference<up, shape{.n = 1, .h = 4, .w = 4, .c = 16}> net;
  net.initialise(1);
  for (double b : net.parameter("bias")) CHECK(b == 0);
  CHECK(!conv_transpose2d<conv_transpose_config{.out = 1, .init = conv_init::torchvision}>::valid);
}

}  // namespace
