// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/positions.hpp"

#include "ssl/layers/tokens.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("class_token, register_tokens: learned tokens come first") {
  unit::on_reference<class_token, shape{.n = 2, .h = 1, .w = 2, .c = 2}> net;
  CHECK(net.output == shape{.n = 2, .h = 1, .w = 3, .c = 2});
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"cls_token 1x1x2"});
  net.set_parameter("cls_token", {-1, -2});
  CHECK(net.forward({1, 2, 3, 4, 5, 6, 7, 8}) == unit::numbers{-1, -2, 1, 2, 3, 4, -1, -2, 5, 6, 7, 8});
  CHECK(net.backward({10, 20, 1, 2, 3, 4, 30, 40, 5, 6, 7, 8}) == unit::numbers{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(net.gradient("cls_token") == unit::numbers{40, 60});
  unit::on_reference<register_tokens<4>, shape{.n = 1, .c = 2}> registers;
  CHECK(unit::listed(registers.parameters()) == std::vector<std::string>{"reg_token 1x4x2"});
}

constexpr positions_config with_token{.grid_h = 2, .grid_w = 2, .prefix_tokens = 1};

TEST_CASE("positions: on their own grid a plain addition, the class token first") {
  unit::on_reference<positions<with_token>, shape{.n = 2, .h = 2, .w = 2, .c = 1}> net;
  CHECK(net.output == shape{.n = 2, .h = 1, .w = 5, .c = 1});
  net.set_parameter("pos_embed", {1000, 10, 20, 30, 40});
  net.set_parameter("cls_token", {5});
  CHECK(net.forward({1, 2, 3, 4, 6, 7, 8, 9}) == unit::numbers{1005, 11, 22, 33, 44, 1005, 16, 27, 38, 49});
  CHECK(net.backward({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) == unit::numbers{2, 3, 4, 5, 7, 8, 9, 10});
  CHECK(net.gradient("pos_embed") == unit::numbers{7, 9, 11, 13, 15});
  CHECK(net.gradient("cls_token") == unit::numbers{7});
}

TEST_CASE("positions: the same parameters whatever the grid") {
  unit::on_reference<positions<with_token>, shape{.n = 1, .h = 2, .w = 2, .c = 3}> base;
  unit::on_reference<positions<with_token>, shape{.n = 1, .h = 5, .w = 3, .c = 3}> other;
  CHECK(unit::listed(base.parameters()) == std::vector<std::string>{"pos_embed 1x5x3", "cls_token 1x1x3"});
  CHECK(unit::listed(other.parameters()) == unit::listed(base.parameters()));
}

TEST_CASE("positions: a constant table stays constant, and halving a grid takes the bicubic mean of neighbours") {
  unit::on_reference<positions<positions_config{.grid_h = 3, .grid_w = 5}>, shape{.n = 1, .h = 7, .w = 2}> constant;
  constant.set_parameter("pos_embed", unit::numbers(15, 2.0));
  CHECK(unit::close(constant.forward(unit::numbers(14, 0.0)), unit::numbers(14, 2.0)));
  unit::on_reference<positions<positions_config{.grid_h = 1, .grid_w = 4}>, shape{.n = 1, .h = 1, .w = 2}> half;
  half.set_parameter("pos_embed", {1, 2, 4, 8});
  // weights at a half: -3/32, 19/32, 19/32, -3/32, beyond the edge the edge itself
  CHECK(unit::close(half.forward({0, 0}), {(-3 * 1 + 19 * 1 + 19 * 2 - 3 * 4) / 32.0, (-3 * 2 + 19 * 4 + 19 * 8 - 3 * 8) / 32.0}));
}

TEST_CASE("positions and tokens: initial deviations of timm") {
  unit::on_reference<positions<positions_config{.grid_h = 16, .grid_w = 16, .prefix_tokens = 1}>, shape{.n = 1, .h = 16, .w = 16, .c = 16}> net;
  net.initialise(3);
  auto deviation = [](unit::numbers const& v) {
    double square = 0;
    for (double x : v) square += x * x;
    return std::sqrt(square / static_cast<double>(v.size()));
  };
  CHECK(deviation(net.parameter("pos_embed")) == doctest::Approx(0.02).epsilon(0.05).scale(0));
  CHECK(deviation(net.parameter("cls_token")) < 4e-6);
  CHECK(deviation(net.parameter("cls_token")) > 2e-7);
  unit::on_reference<class_token, shape{.n = 1, .c = 64}> token;
  token.initialise(3);
  CHECK(deviation(token.parameter("cls_token")) == doctest::Approx(1e-6).epsilon(0.3).scale(0));
  CHECK(token.parameters()[0].kind == parameter_kind::token);
  CHECK(net.parameters()[0].kind == parameter_kind::position);
  CHECK(net.parameters()[1].kind == parameter_kind::token);
}

}  // namespace
