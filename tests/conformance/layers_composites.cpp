// SPDX-License-Identifier: Apache-2.0
#include "conformance/layer_case.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/repeat.hpp"
#include "ssl/layers/compose/residual.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/frozen.hpp"
#include "ssl/layers/pool.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;
using conformance::layer_case;

template <int Out, int Kernel, int Stride = 1>
using conv = conv2d<conv_config{.out = Out, .kernel = Kernel, .stride = Stride, .padding = Kernel / 2}>;

template <int Out, int Stride>
struct branch : sequential<named<"conv1", conv<Out, 3, Stride>>, named<"bn1", batch_norm<>>, named<"", relu>, named<"conv2", conv<Out, 3>>,
                           named<"bn2", batch_norm<>>> {};
template <int Out, int Stride>
struct shortcut : sequential<named<"0", conv<Out, 1, Stride>>, named<"1", batch_norm<>>> {};

template <int Out>
struct same : sequential<named<"", residual<named<"", branch<Out, 1>>>>, named<"", relu>> {};
template <int Out>
struct halving : sequential<named<"", residual<named<"", branch<Out, 2>>, named<"downsample", shortcut<Out, 2>>>>, named<"", relu>> {};

TEST_CASE("residual networks: every backend agrees with the reference") {
  using network = sequential<named<"conv1", conv<16, 3>>, named<"bn1", batch_norm<>>, named<"", relu>, named<"layer1", repeat<2, same<16>>>,
                             named<"layer2", halving<17>>, named<"", global_average_pool>>;
  using recomputed = sequential<named<"conv1", conv<16, 3>>, named<"layer1", repeat<2, same<16>, activations::recomputed>>>;
  constexpr shape images{.n = 8, .h = 8, .w = 8, .c = 3};
  conformance::expect_all_agree<layer_case<"residual network", network, images>,
                                layer_case<"repeat that recomputes", recomputed, images>,
                                layer_case<"residual network, by view", network, images, execution{.statistics_groups = 2}>,
                                layer_case<"frozen convolution", frozen<conv<17, 3, 2>>, images>,
                                layer_case<"residual network, evaluation", network, images, execution{.mode = execution_mode::evaluation}>>();
}

}  // namespace
