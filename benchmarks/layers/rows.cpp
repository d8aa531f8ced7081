// SPDX-License-Identifier: Apache-2.0
//
// Layers that read and write more than they calculate.
#include "layers/layer_case.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/lab.hpp"
#include "ssl/layers/layer_norm.hpp"
#include "ssl/layers/pool.hpp"
#include "ssl/layers/softmax.hpp"

namespace {

using bench::layer_case, ssl::shape;
using namespace ssl::layers;

constexpr shape image{.n = 16, .h = 16, .w = 16, .c = 64};
constexpr shape tokens{.n = 16, .h = 1, .w = 65, .c = 192};

[[maybe_unused]] auto const added =
    bench::add<layer_case<"relu", relu, image>, layer_case<"gelu", gelu, tokens>, layer_case<"batch_norm", batch_norm<>, image>,
               layer_case<"layer_norm", layer_norm<>, tokens>,
               layer_case<"max_pool 3, stride 2", max_pool<pool_config{.kernel = 3, .stride = 2, .padding = 1}>, image>,
               layer_case<"global_average_pool", global_average_pool, image>, layer_case<"softmax", softmax, tokens>,
               layer_case<"l2_normalize", l2_normalize, shape{.n = 1024, .c = 128}>,
               layer_case<"lab", lab, shape{.n = 16, .h = 32, .w = 32, .c = 3}>>();

}  // namespace
