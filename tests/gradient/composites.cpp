// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_gradients.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/repeat.hpp"
#include "ssl/layers/compose/residual.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/frozen.hpp"
#include "ssl/layers/pool.hpp"

// A wrong lifetime in the plan shows here: every tensor of a network lies in one planned arena, filled with NaN before.
namespace {

using namespace ssl;
using namespace ssl::layers;

struct dense : linear<linear_config{.out = 5}> {};
struct perceptron : sequential<named<"fc1", linear<linear_config{.out = 7}>>, named<"", gelu>, named<"fc2", dense>> {};
struct residual_perceptron : sequential<named<"", residual<named<"", perceptron>>>> {};

template <int Times>
struct deep : sequential<named<"stem", dense>, named<"", gelu>, named<"blocks", repeat<Times, residual_perceptron>>, named<"head", dense>> {};

TEST_CASE("sequential: gradients where layers work in place") {
  expect_gradients<sequential<named<"fc1", dense>, named<"", relu>, named<"fc2", dense>, named<"", gelu>, named<"fc3", dense>>,
                   shape{.n = 3, .c = 4}>();
}

TEST_CASE("repeat: gradients at every depth, of plain and residual blocks, first and inside") {
  constexpr shape rows{.n = 3, .c = 5};
  expect_gradients<repeat<1, perceptron>, rows>();
  expect_gradients<repeat<2, perceptron>, rows>();
  expect_gradients<repeat<3, perceptron>, rows>();
  expect_gradients<repeat<4, dense>, rows>();
  expect_gradients<deep<1>, rows>();
  expect_gradients<deep<2>, rows>();
  expect_gradients<deep<3>, rows>();
}

TEST_CASE("repeat that recomputes: gradients") {
  constexpr shape rows{.n = 3, .c = 5};
  expect_gradients<repeat<1, perceptron, activations::recomputed>, rows>();
  expect_gradients<sequential<named<"a", repeat<3, residual_perceptron, activations::recomputed>>, named<"b", repeat<2, perceptron>>>, rows>();
}

TEST_CASE("two repeats: gradients") {
  expect_gradients<sequential<named<"a", repeat<3, residual_perceptron>>, named<"", relu>, named<"b", repeat<2, perceptron>>>,
                   shape{.n = 2, .c = 5}>();
}

struct convolved : sequential<named<"conv1", conv2d<conv_config{.out = 3, .padding = 1}>>, named<"bn1", batch_norm<>>, named<"", gelu>,
                              named<"conv2", conv2d<conv_config{.out = 3, .padding = 1}>>, named<"bn2", batch_norm<>>> {};
struct strided : sequential<named<"conv1", conv2d<conv_config{.out = 4, .stride = 2, .padding = 1}>>, named<"bn1", batch_norm<>>> {};
struct downsample : sequential<named<"0", conv2d<conv_config{.out = 4, .kernel = 1, .stride = 2}>>, named<"1", batch_norm<>>> {};

TEST_CASE("residual: gradients with the identity and with a convolution as shortcut") {
  constexpr shape maps{.n = 2, .h = 4, .w = 4, .c = 3};
  expect_gradients<residual<named<"", convolved>>, maps>();
  expect_gradients<residual<named<"", strided>, named<"downsample", downsample>>, maps>();
}

struct basic_block : sequential<named<"", residual<named<"", convolved>>>, named<"", gelu>> {};
struct stage : sequential<named<"0", residual<named<"", strided>, named<"downsample", downsample>>>, named<"", gelu>> {};

TEST_CASE("frozen: the gradient of the input is that of the layer, the parameters have none") {
  using net = sequential<named<"fc", dense>, named<"", gelu>, named<"head", dense>>;
  using still = sequential<named<"fc", frozen<dense>>, named<"", gelu>, named<"head", dense>>;
  constexpr shape in{.n = 3, .c = 5};
  ssl::testing::single_network<net, in, ssl::backends::reference> moving;
  ssl::testing::single_network<still, in, ssl::backends::reference> held;
  moving.randomise(1), held.randomise(1);
  std::vector<double> const x = ssl::testing::random_values<double>(in.elements(), 1, 2), gy = ssl::testing::random_values<double>(moving.output.elements(), 1, 3);
  CHECK(held.forward(x) == moving.forward(x));
  CHECK(held.backward(gy) == moving.backward(gy));
  CHECK(held.gradient("head.weight") == moving.gradient("head.weight"));
  for (double g : held.gradient("fc.weight")) CHECK(g == 0);
  for (double g : held.gradient("fc.bias")) CHECK(g == 0);
}

TEST_CASE("a small residual network: gradients, with joint and separate statistics") {
  using network = sequential<named<"conv1", conv2d<conv_config{.out = 3, .padding = 1}>>, named<"bn1", batch_norm<>>, named<"", gelu>,
                             named<"layer1", repeat<2, basic_block>>, named<"layer2", stage>, named<"", global_average_pool>>;
  constexpr shape images{.n = 4, .h = 4, .w = 4, .c = 2};
  expect_gradients<network, images>();
  expect_gradients<network, images, execution{.statistics_groups = 2}>();
  expect_gradients<network, images, execution{.mode = execution_mode::evaluation}>();
}

}  // namespace
