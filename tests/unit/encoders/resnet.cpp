// SPDX-License-Identifier: Apache-2.0
#include "ssl/encoders/resnet.hpp"

#include <algorithm>

#include "ssl/encoders/nin.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::encoders;
using lines = std::vector<std::string>;

template <class Network>
ssl::index parameter_count(shape in) {
  auto r = std::make_unique<recorder>();
  Network::template record<environment<backends::reference, float>>(*r, r->new_value(in, false));
  CHECK(!r->overflow);
  ssl::index count = 0;
  for (int i = 0; i < r->parameters; ++i) count += r->parameter[i].elements() * r->parameter[i].times;
  return count;
}

constexpr shape photo{.n = 1, .h = 224, .w = 224, .c = 3}, small_picture{.n = 1, .h = 32, .w = 32, .c = 3};

TEST_CASE("resnet: the number of parameters of torchvision's models without their heads") {
  CHECK(parameter_count<resnet18>(photo) == 11'176'512);
  CHECK(parameter_count<resnet34>(photo) == 21'284'672);
  CHECK(parameter_count<resnet50>(photo) == 23'508'032);
  CHECK(parameter_count<resnet<resnet_config{.classes = 1000}>>(photo) == 11'689'512);
}

TEST_CASE("resnet: shapes; the stem of small images keeps their size") {
  CHECK(resnet18::output(photo) == shape{.n = 1, .c = 512});
  CHECK(resnet50::output(photo) == shape{.n = 1, .c = 2048});
  CHECK(resnet20::output(small_picture) == shape{.n = 1, .c = 64});
  CHECK(encoders::detail::resnet_stage<resnet_config{}, 3>::output(shape{.n = 1, .h = 7, .w = 7, .c = 256}) ==
        shape{.n = 1, .h = 4, .w = 4, .c = 512});
  CHECK(parameter_count<resnet18_cifar>(small_picture) == 11'176'512 - 64 * 3 * (49 - 9));
}

TEST_CASE("resnet: torchvision's names") {
  using net = resnet<resnet_config{
      .block = resnet_block::bottleneck, .depth = {1, 0, 0, 0}, .width = {2, 1, 1, 1}, .stem_width = 3, .classes = 4}>;
  lines found = unit::listed(unit::on_reference<net, shape{.n = 1, .h = 32, .w = 32, .c = 3}>().parameters());
  std::sort(found.begin(), found.end());
  CHECK(found == lines{"bn1.bias 3", "bn1.weight 3", "conv1.weight 3x7x7x3", "fc.bias 4", "fc.weight 4x8", "layer1.0.bn1.bias 2",
                       "layer1.0.bn1.weight 2", "layer1.0.bn2.bias 2", "layer1.0.bn2.weight 2", "layer1.0.bn3.bias 8",
                       "layer1.0.bn3.weight 8", "layer1.0.conv1.weight 2x1x1x3", "layer1.0.conv2.weight 2x3x3x2",
                       "layer1.0.conv3.weight 8x1x1x2", "layer1.0.downsample.0.weight 8x1x1x3", "layer1.0.downsample.1.bias 8",
                       "layer1.0.downsample.1.weight 8"});
}

TEST_CASE("resnet: initialised as torchvision; blocks may begin as their shortcuts") {
  constexpr resnet_config config{.depth = {2, 0, 0, 0}, .width = {32, 1, 1, 1}, .stem_width = 32, .stem = resnet_stem::cifar};
  unit::on_reference<resnet<config>, shape{.n = 1, .h = 4, .w = 4, .c = 3}> net;
  net.initialise(1);
  double square = 0;
  std::vector<double> const weight = net.parameter("layer1.1.conv2.weight");
  for (double w : weight) square += w * w;
  CHECK(square / static_cast<double>(weight.size()) == doctest::Approx(2.0 / (32 * 9)).epsilon(0.05));  // 2 / fan_out
  CHECK(net.parameter("layer1.0.bn2.weight")[0] == 1);

  constexpr resnet_config from_zero = [config] {
    resnet_config c = config;
    c.start = resnet_start::zero;
    return c;
  }();
  unit::on_reference<resnet<from_zero>, shape{.n = 1, .h = 4, .w = 4, .c = 3}> zero;
  zero.initialise(1);
  CHECK(zero.parameter("layer1.0.bn1.weight")[0] == 1);
  for (char const* name : {"layer1.0.bn2.weight", "layer1.1.bn2.weight"}) CHECK(zero.parameter(name) == unit::numbers(32, 0.0));
}

TEST_CASE("resnet: wrong numbers are refused") {
  CHECK(!resnet<resnet_config{.depth = {0, 1, 1, 1}}>::check(photo).valid);
  CHECK(!resnet<resnet_config{.depth = {1, -1, 1, 1}}>::check(photo).valid);
  CHECK(!resnet<resnet_config{.stem_width = 0}>::check(photo).valid);
}

TEST_CASE("nin: names, shapes, and the number of parameters") {
  CHECK(nin<>::output(small_picture) == shape{.n = 1, .c = 192});
  CHECK(nin<nin_config{.blocks = 1}>::output(small_picture) == shape{.n = 1, .c = 96});
  CHECK(!nin<nin_config{.blocks = 5}>::check(small_picture).valid);
  using tiny = nin<nin_config{.blocks = 1, .width = 4, .second_width = 3, .third_width = 2}>;
  CHECK(unit::listed(unit::on_reference<tiny, shape{.n = 1, .h = 4, .w = 4, .c = 3}>().parameters()) ==
        lines{"block1.conv1.conv.weight 4x5x5x3", "block1.conv1.bn.weight 4", "block1.conv1.bn.bias 4",
              "block1.conv2.conv.weight 3x1x1x4", "block1.conv2.bn.weight 3", "block1.conv2.bn.bias 3",
              "block1.conv3.conv.weight 2x1x1x3", "block1.conv3.bn.weight 2", "block1.conv3.bn.bias 2"});
  constexpr ssl::index norms = 2 * (192 + 160 + 96 + 9 * 192), ones = 192 * 160 + 160 * 96 + 6 * 192 * 192;
  CHECK(parameter_count<nin<>>(small_picture) == 25 * 3 * 192 + 25 * 96 * 192 + 2 * 9 * 192 * 192 + ones + norms);
}

}  // namespace
