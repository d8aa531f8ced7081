// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_case.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/linear.hpp"

namespace {

using bench::layer_case, ssl::shape;
using namespace ssl::layers;

constexpr shape image{.n = 2, .h = 8, .w = 8, .c = 64};

[[maybe_unused]] auto const added = bench::add<
    layer_case<"linear 512 to 128, 64 rows", linear<linear_config{.out = 128}>, shape{.n = 64, .c = 512}, 64 * 512 * 128>,
    layer_case<"conv2d 3 x 3, 64 to 64", conv2d<conv_config{.out = 64, .padding = 1}>, image, 2 * 64 * 64 * 9 * 64>,
    layer_case<"conv2d 3 x 3, 64 to 128, stride 2", conv2d<conv_config{.out = 128, .stride = 2, .padding = 1}>, image,
               2 * 16 * 128 * 9 * 64>,
    layer_case<"conv2d 1 x 1, 64 to 128", conv2d<conv_config{.out = 128, .kernel = 1}>, image, 2 * 64 * 128 * 64>>();

}  // namespace
