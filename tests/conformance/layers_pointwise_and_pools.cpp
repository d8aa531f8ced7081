// SPDX-License-Identifier: Apache-2.0
#include "conformance/layer_case.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/flatten.hpp"
#include "ssl/layers/pool.hpp"
#include "ssl/layers/rearrange.hpp"
#include "unit/layers/part_list.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;
using conformance::layer_case;

TEST_CASE("activations: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"relu of one number", relu, shape{.n = 1, .c = 1}>,
      layer_case<"relu", relu, shape{.n = 3, .h = 31, .w = 2, .c = 33}>,
      layer_case<"gelu", gelu, shape{.n = 31, .h = 2, .w = 3, .c = 32}>,
      layer_case<"gelu_tanh", gelu_tanh, shape{.n = 2, .h = 3, .w = 5, .c = 31}>,
      layer_case<"leaky_relu", leaky_relu<200'000>, shape{.n = 2, .h = 3, .w = 5, .c = 33}>,
      layer_case<"silu", silu, shape{.n = 2, .h = 3, .w = 5, .c = 32}>,
      layer_case<"tanh", layers::tanh, shape{.n = 2, .h = 3, .w = 5, .c = 31}>,
      layer_case<"sigmoid", sigmoid, shape{.n = 2, .h = 3, .w = 5, .c = 33}>,
      layer_case<"softplus", softplus, shape{.n = 2, .h = 3, .w = 5, .c = 32}>,
      layer_case<"flatten, gelu", sequential<named<"", flatten>, named<"", gelu>>, shape{.n = 2, .h = 3, .w = 5, .c = 7}>>();
}

TEST_CASE("pools: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"max_pool of one window", max_pool<>, shape{.n = 1, .h = 2, .w = 2, .c = 1}>,
      layer_case<"max_pool, stem", max_pool<pool_config{.kernel = 3, .stride = 2, .padding = 1}>, shape{.n = 2, .h = 17, .w = 16, .c = 33}>,
      layer_case<"avg_pool, overlapping", avg_pool<pool_config{.kernel = 3, .stride = 2, .padding = 1}>, shape{.n = 3, .h = 8, .w = 7, .c = 31}>,
      layer_case<"avg_pool", avg_pool<>, shape{.n = 2, .h = 6, .w = 8, .c = 32}>,
      layer_case<"global_average_pool of one pixel", global_average_pool, shape{.n = 31, .c = 2}>,
      layer_case<"global_average_pool", global_average_pool, shape{.n = 3, .h = 7, .w = 5, .c = 33}>,
      layer_case<"token_mean", token_mean<1>, shape{.n = 2, .h = 1, .w = 65, .c = 31}>>();
}

TEST_CASE("slices: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"token_slice", token_slice<1, 31>, shape{.n = 3, .h = 1, .w = 33, .c = 17}>,
      layer_case<"class token", token_slice<0, 1>, shape{.n = 31, .h = 1, .w = 5, .c = 32}>,
      layer_case<"channel_slice", channel_slice<2, 31>, shape{.n = 2, .h = 3, .w = 5, .c = 33}>,
      layer_case<"batch_part", batch_part<1, 2>, shape{.n = 62, .h = 1, .w = 2, .c = 3}>,
      layer_case<"batch_parts", batch_parts<unit::part_list<31, 30, 0, 30, 2, 30>>, shape{.n = 62, .h = 1, .w = 2, .c = 17}>,
      layer_case<"interleave", interleave<31>, shape{.n = 62, .h = 1, .w = 2, .c = 3}>,
      layer_case<"side_by_side", side_by_side<9>, shape{.n = 18, .c = 31}>>();
}

}  // namespace
