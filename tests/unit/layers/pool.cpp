// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/pool.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("max_pool: the largest of each window takes the gradient") {
  unit::on_reference<max_pool<>, shape{.n = 1, .h = 2, .w = 4}> net;
  CHECK(net.forward({1, 5, 2, 2, 4, 3, -1, 0}) == unit::numbers{5, 2});
  CHECK(net.backward({10, 20}) == unit::numbers{0, 10, 20, 0, 0, 0, 0, 0});
}

TEST_CASE("max_pool: of equal values the first in row-major window order takes the whole gradient") {
  unit::on_reference<max_pool<pool_config{.kernel = 2, .stride = 1}>, shape{.n = 1, .h = 2, .w = 3}> net;
  CHECK(net.forward({7, 7, 7, 7, 7, 7}) == unit::numbers{7, 7});
  CHECK(net.backward({1, 10}) == unit::numbers{1, 10, 0, 0, 0, 0});
}

TEST_CASE("max_pool: padding never wins, and a NaN does") {
  unit::on_reference<max_pool<pool_config{.kernel = 3, .stride = 2, .padding = 1}>, shape{.n = 1, .h = 3, .w = 3}> net;
  CHECK(net.output == shape{.n = 1, .h = 2, .w = 2});
  CHECK(net.forward({-9, -8, -7, -6, -5, -4, -3, -2, -1}) == unit::numbers{-5, -4, -2, -1});
  auto const y = net.forward({NAN, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == 5);
}

TEST_CASE("avg_pool: padding counts as zeros") {
  unit::on_reference<avg_pool<pool_config{.kernel = 2, .stride = 2, .padding = 1}>, shape{.n = 1, .h = 2, .w = 2, .c = 2}> net;
  CHECK(net.output == shape{.n = 1, .h = 2, .w = 2, .c = 2});
  CHECK(net.forward({4, 40, 8, 80, 12, 120, 16, 160}) == unit::numbers{1, 10, 2, 20, 3, 30, 4, 40});
  CHECK(net.backward({4, 8, 12, 16, 20, 24, 28, 32}) == unit::numbers{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("global_average_pool, token_mean: means over places, with or without the first") {
  unit::on_reference<global_average_pool, shape{.n = 2, .h = 1, .w = 3, .c = 2}> all;
  CHECK(all.output == shape{.n = 2, .c = 2});
  CHECK(all.forward({1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60}) == unit::numbers{2, 20, 5, 50});
  unit::on_reference<token_mean<1>, shape{.n = 1, .h = 1, .w = 3, .c = 2}> patches;
  CHECK(patches.forward({1, 10, 2, 20, 4, 40}) == unit::numbers{3, 30});
  CHECK(patches.backward({1, 2}) == unit::numbers{0, 0, 0.5, 1, 0.5, 1});
}

}  // namespace
