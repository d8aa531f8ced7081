// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/repeat.hpp"
#include "ssl/layers/compose/residual.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/transformer_block.hpp"
#include "ssl/pipeline/network_table.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

template <int Out, int Stride = 1>
using conv3 = conv2d<conv_config{.out = Out, .kernel = 3, .stride = Stride, .padding = 1}>;

struct downsample : sequential<named<"0", conv2d<conv_config{.out = 3, .kernel = 1, .stride = 2}>>, named<"1", batch_norm<>>> {};
struct branch : sequential<named<"conv1", conv3<3, 2>>, named<"bn1", batch_norm<>>, named<"", relu>, named<"conv2", conv3<3>>,
                           named<"bn2", batch_norm<>>> {};
struct block : sequential<named<"", residual<named<"", branch>, named<"downsample", downsample>>>, named<"", relu>> {};

TEST_CASE("names of a residual network are those of torchvision") {
  using network = sequential<named<"conv1", conv3<2>>, named<"bn1", batch_norm<>>, named<"", relu>, named<"layer1", sequential<named<"0", block>>>>;
  unit::on_reference<network, shape{.n = 2, .h = 4, .w = 4, .c = 1}> net;
  CHECK(unit::listed(net.parameters()) ==
        std::vector<std::string>{"conv1.weight 2x3x3x1", "bn1.weight 2", "bn1.bias 2", "layer1.0.downsample.0.weight 3x1x1x2",
                                 "layer1.0.downsample.1.weight 3", "layer1.0.downsample.1.bias 3", "layer1.0.conv1.weight 3x3x3x2",
                                 "layer1.0.bn1.weight 3", "layer1.0.bn1.bias 3", "layer1.0.conv2.weight 3x3x3x3", "layer1.0.bn2.weight 3",
                                 "layer1.0.bn2.bias 3"});
  CHECK(unit::listed(net.buffers())[2] == "layer1.0.downsample.1.running_mean 3");
}

TEST_CASE("layers are counted: residuals, iterations of a repeat, what stands before them, and what follows the last") {
  using tower = repeat<3, transformer_block<transformer_config{.width = 3, .heads = 1, .hidden = 4}>>;
  using network = sequential<named<"stem", conv3<2>>, named<"layer1", block>, named<"between", batch_norm<>>, named<"blocks", tower>,
                             named<"norm", batch_norm<>>>;
  constexpr auto table = make_block_table<network, shape{1, 4, 4, 1}, environment<backends::reference, float>>();
  auto const expect = [&](std::string const& name, int iteration, int layer, int layers_above) {
    INFO(name << " of iteration " << iteration);
    bool found = false;
    for (int i = 0; i < table.parameters; ++i)
      if (table.parameter_name(i, iteration) == name.c_str()) {
        parameter_traits const traits = table.parameter[i].traits(iteration);
        CHECK((traits.layer == layer && traits.layers_above == layers_above));
        found = true;
      }
    CHECK(found);
  };
  expect("stem.weight", 0, 0, 5);
  expect("layer1.conv1.weight", 0, 1, 4);
  expect("layer1.downsample.1.bias", 0, 1, 4);
  expect("between.weight", 0, 2, 3);
  for (int i = 0; i < 3; ++i) expect("blocks." + std::to_string(i) + ".attn.qkv.weight", i, 2 + i, 3 - i);
  expect("norm.bias", 0, 5, 0);
}

TEST_CASE("names and places of a repeated block count its iterations") {
  using blocks = sequential<named<"blocks", repeat<4, transformer_block<transformer_config{.width = 4, .heads = 2, .hidden = 4}>>>>;
  recorder r;
  blocks::record<environment<backends::reference, float>>(r, r.new_value(shape{.n = 1, .h = 1, .w = 2, .c = 4}, true));
  CHECK(path_name(r.path_node, r.parameter[2].path, 3) == "blocks.3.attn.qkv.weight");
  CHECK(r.parameter[2].times == 4);
  CHECK(r.parameter_elements == 4 * r.parameter[2].stride);
  unit::on_reference<blocks, shape{.n = 1, .h = 1, .w = 2, .c = 4}> net;
  CHECK(net.parameters().size() == 4 * 12);
  net.set_parameter("blocks.3.norm2.bias", {1, 2, 3, 4});
  CHECK(net.parameter("blocks.3.norm2.bias") == unit::numbers{1, 2, 3, 4});
  CHECK(net.parameter("blocks.2.norm2.bias") == unit::numbers{0, 0, 0, 0});
}

struct doubled : linear<linear_config{.out = 2, .bias = bias::none}> {};

TEST_CASE("residual: the sum of both arms, and of their gradients") {
  unit::on_reference<residual<named<"branch", doubled>>, shape{.n = 1, .c = 2}> net;
  net.set_parameter("branch.weight", {2, 0, 0, 3});
  CHECK(net.forward({1, 10}) == unit::numbers{3, 40});
  CHECK(net.backward({1, 1}) == unit::numbers{3, 4});
}

TEST_CASE("repeat: each iteration has its own weights") {
  unit::on_reference<repeat<3, doubled>, shape{.n = 1, .c = 2}> net;
  net.set_parameter("0.weight", {2, 0, 0, 1});
  net.set_parameter("1.weight", {0, 1, 1, 0});
  net.set_parameter("2.weight", {1, 0, 0, 5});
  CHECK(net.forward({1, 10}) == unit::numbers{10, 10});
  CHECK(net.backward({1, 1}) == unit::numbers{10, 1});
  CHECK(net.gradient("2.weight") == unit::numbers{10, 2, 10, 2});
  CHECK(net.gradient("0.weight") == unit::numbers{5, 50, 1, 10});
}

template <int Times>
ssl::index arena(ssl::testing::recording how) {
  return unit::on_reference<repeat<Times, transformer_block<transformer_config{.width = 8, .heads = 2, .hidden = 16}>>,
                            shape{.n = 2, .h = 1, .w = 5, .c = 8}>(how).arena_elements();
}

TEST_CASE("repeat: forward alone needs the same memory at every depth; with backward each block adds what it keeps") {
  CHECK(arena<2>({.keeps = false}) == arena<9>({.keeps = false}));
  CHECK(arena<3>({}) - arena<2>({}) == arena<9>({}) - arena<8>({}));
  CHECK(arena<3>({}) > arena<2>({}));
}

TEST_CASE("a block that changes its input's shape cannot be repeated, arms of different shapes cannot be added") {
  using wider = linear<linear_config{.out = 3}>;
  CHECK(!repeat<2, wider>::check(shape{.n = 1, .c = 2}).accepted);
  CHECK(!repeat<0, doubled>::check(shape{.n = 1, .c = 2}).valid);
  CHECK(!residual<named<"", wider>>::check(shape{.n = 1, .c = 2}).accepted);
  verdict const v = sequential<named<"a", doubled>, named<"b", residual<named<"", wider>>>>::check(shape{.n = 1, .c = 2});
  CHECK(v.path[0] == 1);
  CHECK(v.in == shape{.n = 1, .c = 2});
}

TEST_CASE("a repeat at the end of a residual's arm is refused: its gradient cannot lie in two places") {
  using arm = repeat<2, doubled>;
  recorder r;
  residual<named<"", arm>>::record<environment<backends::reference, float>>(r, r.new_value(shape{.n = 1, .c = 2}, true));
  CHECK(r.overflow);
}

}  // namespace
