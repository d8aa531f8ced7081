// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/masked_tokens.hpp"

#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;
using unit::numbers;
using integers = std::vector<std::int32_t>;

TEST_CASE("masked_tokens: the learned token where the mask says so, everything without a mask") {
  unit::on_reference<masked_tokens, shape{.n = 2, .h = 1, .w = 2, .c = 2}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"mask_token 1x2"});
  net.set_parameter("mask_token", {-1, -2});
  numbers const x{1, 2, 3, 4, 5, 6, 7, 8};
  CHECK(net.forward(x) == x);
  CHECK(net.backward(x) == x);
  CHECK(net.gradient("mask_token") == numbers{0, 0});
  net.give_mask(integers{0, 1, 1, 0});
  CHECK(net.forward(x) == numbers{1, 2, -1, -2, -1, -2, 7, 8});
  CHECK(net.backward({1, 2, 30, 40, 50, 60, 7, 8}) == numbers{1, 2, 0, 0, 0, 0, 7, 8});
  CHECK(net.gradient("mask_token") == numbers{80, 100});
}

TEST_CASE("gather_tokens: the first of the order, behind tokens that always stay") {
  unit::on_reference<gather_tokens<2, 1>, shape{.n = 2, .h = 2, .w = 2, .c = 1}> net;
  CHECK(net.output == shape{.n = 2, .h = 1, .w = 3, .c = 1});
  net.give_mask(integers{2, 0, 1, /* second image */ 1, 2, 0});
  CHECK(net.forward({9, 10, 11, 12, 8, 20, 21, 22}) == numbers{9, 12, 10, 8, 21, 22});
  CHECK(net.backward({1, 2, 3, 4, 5, 6}) == numbers{1, 3, 0, 2, 4, 0, 5, 6});
}

TEST_CASE("scatter_tokens: kept tokens return to their places, the learned token fills the others") {
  unit::on_reference<scatter_tokens<3, 1>, shape{.n = 2, .h = 1, .w = 3, .c = 1}> net;
  CHECK(net.output == shape{.n = 2, .h = 1, .w = 4, .c = 1});
  net.set_parameter("mask_token", {-7});
  net.give_mask(integers{2, 0, 1, 1, 2, 0});
  CHECK(net.forward({9, 12, 10, 8, 21, 22}) == numbers{9, 10, -7, 12, 8, -7, 21, 22});
  CHECK(net.backward({1, 2, 3, 4, 5, 6, 7, 8}) == numbers{1, 4, 2, 5, 7, 8});
  CHECK(net.gradient("mask_token") == numbers{3 + 6});
}

TEST_CASE("gather_masked: the masked tokens of all images in one row after another, zeros behind them") {
  unit::on_reference<gather_masked<1>, shape{.n = 2, .h = 1, .w = 5, .c = 2}> net;
  CHECK(net.output == shape{.n = 4, .c = 2});
  numbers x(20);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i + 1);
  net.give_mask(integers{0, 1, 0, 0, /* second image */ 1, 0, 0, 2});
  CHECK(net.forward(x) == numbers{5, 6, 13, 14, 19, 20, 0, 0});
  CHECK(net.backward({1, 2, 3, 4, 5, 6, 7, 8}) == numbers{0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0, 5, 6});
  net.give_mask(integers{1, 1, 1, 0, 1, 1, 0, 0});  // one more than there is room for
  CHECK(net.forward(x) == numbers{3, 4, 5, 6, 7, 8, 13, 14});
}

TEST_CASE("masked_mean: of as many rows as there are masked tokens, at most all") {
  unit::on_reference<masked_mean, shape{.n = 3, .c = 2}> net;
  net.give_mask(integers{0, 1, 0, 0, 1, 0});
  CHECK(net.forward({1, 2, 3, 4, 50, 60}) == numbers{2, 3});
  CHECK(net.backward({2, 4}) == numbers{1, 2, 1, 2, 0, 0});
  net.give_mask(integers{1, 1, 1, 0, 1, 0});
  CHECK(net.forward({1, 2, 3, 4, 5, 6}) == numbers{3, 4});
  net.give_mask(integers{0, 0, 0, 0, 0, 0});
  CHECK(net.forward({1, 2, 3, 4, 5, 6}) == numbers{0, 0});
}

TEST_CASE("gather_tokens, scatter_tokens, gather_masked: what is refused") {
  constexpr shape in{.n = 1, .h = 1, .w = 4, .c = 1};
  CHECK(!gather_tokens<0>::check(in).valid);
  CHECK(!gather_tokens<4, 1>::check(in).accepted);
  CHECK(gather_tokens<3, 1>::check(in).ok());
  CHECK(!gather_masked<4>::check(in).accepted);
  CHECK(gather_masked<3>::check(in).ok());
  CHECK(!gather_masked<0, 0>::check(in).valid);
  CHECK(!gather_masked<0, 1001>::check(in).valid);
  CHECK(!scatter_tokens<4>::check(in).accepted);
  CHECK(scatter_tokens<4, 1>::check(in).ok());
  CHECK(!scatter_tokens<3, 4>::check(in).accepted);
  CHECK(scatter_tokens<6, 1, 3>::check(in).ok());
  CHECK(!scatter_tokens<6, 1, 2>::check(in).accepted);
}

}  // namespace
