// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_gradients.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/flatten.hpp"
#include "ssl/layers/pool.hpp"
#include "ssl/layers/rearrange.hpp"
#include "unit/layers/part_list.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("activations: gradients") {
  constexpr shape maps{.n = 2, .h = 3, .w = 2, .c = 5};
  expect_gradients<relu, maps>(away_from_zero);
  expect_gradients<leaky_relu<200'000>, maps>(away_from_zero);
  expect_gradients<gelu, maps>({.low = -4, .high = 4});
  expect_gradients<gelu_tanh, maps>({.low = -4, .high = 4});
  expect_gradients<silu, maps>({.low = -4, .high = 4});
  expect_gradients<layers::tanh, maps>({.low = -2, .high = 2});
  expect_gradients<sigmoid, maps>({.low = -4, .high = 4});
  expect_gradients<softplus, maps>({.low = -4, .high = 4});
}

TEST_CASE("max_pool, avg_pool: gradients of overlapping, touching and spaced windows") {
  constexpr shape maps{.n = 2, .h = 7, .w = 9, .c = 3};
  expect_gradients<max_pool<pool_config{.kernel = 3, .stride = 2, .padding = 1}>, maps>();
  expect_gradients<max_pool<>, maps>();
  expect_gradients<max_pool<pool_config{.kernel = 2, .stride = 3}>, maps>();
  expect_gradients<avg_pool<pool_config{.kernel = 3, .stride = 2, .padding = 1}>, maps>();
  expect_gradients<avg_pool<>, maps>();
  expect_gradients<avg_pool<pool_config{.kernel = 2, .stride = 3}>, maps>();
  expect_gradients<avg_pool<pool_config{.kernel = 3, .stride = 1, .padding = 1}>, maps>();
}

TEST_CASE("global_average_pool, token_mean, flatten: gradients") {
  constexpr shape maps{.n = 2, .h = 3, .w = 5, .c = 3};
  expect_gradients<global_average_pool, maps>();
  expect_gradients<token_mean<2>, maps>();
  expect_gradients<sequential<named<"", flatten>, named<"", gelu>>, maps>();
}

TEST_CASE("slices: gradients") {
  constexpr shape maps{.n = 4, .h = 2, .w = 3, .c = 5};
  expect_gradients<token_slice<0, 1>, maps>();
  expect_gradients<token_slice<2, 3>, maps>();
  expect_gradients<channel_slice<1, 3>, maps>();
  expect_gradients<batch_part<0, 2>, maps>();
  expect_gradients<batch_part<3, 4>, maps>();
  expect_gradients<batch_parts<unit::part_list<4, 3, 0, 3, 1>>, maps>();
  expect_gradients<interleave<2>, maps>();
  expect_gradients<interleave<3, interleaving::put_back>, shape{.n = 6, .w = 2, .c = 3}>();
  expect_gradients<side_by_side<3>, shape{.n = 6, .c = 4}>();
}

}  // namespace
