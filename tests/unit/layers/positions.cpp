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

TEST_CASE("register_tokens: behind a class token that is there already") {
  unit::on_reference<register_tokens<2, 1>, shape{.n = 2, .h = 1, .w = 3, .c = 1}> net;
  net.set_parameter("reg_token", {-1, -2});
  CHECK(net.forward({10, 11, 12, 20, 21, 22}) == unit::numbers{10, -1, -2, 11, 12, 20, -1, -2, 21, 22});
  CHECK(net.backward({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) == unit::numbers{1, 4, 5, 6, 9, 10});
  CHECK(net.gradient("reg_token") == unit::numbers{9, 11});
  CHECK(!register_tokens<1, 4>::check(shape{.n = 1, .h = 1, .w = 3, .c = 1}).accepted);
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

/// One row of four places to two, or to as many as `Out`.
template <interpolation Form, int Out = 2>
unit::numbers resampled() {
  unit::on_reference<positions<positions_config{.grid_h = 1, .grid_w = 4, .interpolation = Form}>, shape{.n = 1, .h = 1, .w = Out}> net;
  net.set_parameter("pos_embed", {1, 2, 4, 8});
  return net.forward(unit::numbers(Out, 0.0));
}

TEST_CASE("positions: with an offset the places move by step (grid + 0.1) / base") {
  auto kernel = [](double t) { return t <= 1 ? ((1.25 * t - 2.25) * t) * t + 1 : ((-0.75 * t + 3.75) * t - 6) * t + 3; };  // a = -0.75
  double const first = 0.5 * 4 / 2.1 - 0.5;  // between 0 and 1
  double const expected = 1 * (kernel(1 + first) + kernel(first)) + 2 * kernel(1 - first) + 4 * kernel(2 - first);
  CHECK(resampled<interpolation::bicubic_offset>()[0] == doctest::Approx(expected).epsilon(1e-12));
  CHECK(std::abs(resampled<interpolation::bicubic>()[0] - expected) > 0.01);
  CHECK(resampled<interpolation::bicubic_offset, 4>() == unit::numbers{1, 2, 4, 8});  // on the base grid nothing moves
}

TEST_CASE("positions: with antialiasing the kernel is as wide as a step, and its weights add up to one") {
  // a = -0.5; places 0 and 1 lie a quarter of a step from the first centre, 2 and 3 lie 3 and 5 quarters; -1 and -2 are no places
  auto kernel = [](double t) { return t <= 1 ? ((1.5 * t - 2.5) * t) * t + 1 : ((-0.5 * t + 2.5) * t - 4) * t + 2; };
  double const near = kernel(0.25), far = kernel(0.75), beyond = kernel(1.25), sum = 2 * near + far + beyond;
  CHECK(unit::close(resampled<interpolation::bicubic_antialias>(),
                    {(near * 1 + near * 2 + far * 4 + beyond * 8) / sum, (near * 8 + near * 4 + far * 2 + beyond * 1) / sum}));
  CHECK(unit::close(resampled<interpolation::bicubic_antialias, 4>(), {1, 2, 4, 8}));
}

TEST_CASE("positions: a fixed table is a buffer, computed from the places of the grid") {
  constexpr positions_config fixed{.grid_h = 2, .grid_w = 3, .prefix_tokens = 1, .table = position_table::sine_cosine};
  unit::on_reference<positions<fixed>, shape{.n = 1, .h = 2, .w = 3, .c = 8}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"cls_token 1x1x8"});
  CHECK(unit::listed(net.buffers()) == std::vector<std::string>{"pos_embed 1x7x8"});
  net.initialise(1);
  unit::numbers const table = net.buffer("pos_embed");
  CHECK(std::vector(table.begin(), table.begin() + 8) == unit::numbers(8, 0.0));  // the class token
  // row 1, column 2: sine and cosine of the column at frequencies 1 and 1 / 100, then of the row
  unit::numbers const last(table.end() - 8, table.end());
  CHECK(unit::close(last, {std::sin(2.0), std::sin(0.02), std::cos(2.0), std::cos(0.02), std::sin(1.0), std::sin(0.01), std::cos(1.0),
                           std::cos(0.01)}, 1e-7));
  unit::on_reference<positions<positions_config{.grid_h = 2, .grid_w = 3, .table = position_table::sine_cosine_rows_first}>,
                     shape{.n = 1, .h = 2, .w = 3, .c = 8}> rows_first;
  rows_first.initialise(1);
  unit::numbers const swapped = rows_first.buffer("pos_embed");
  CHECK(unit::numbers(swapped.end() - 8, swapped.end() - 4) == unit::numbers(last.begin() + 4, last.end()));
  CHECK(unit::numbers(swapped.end() - 4, swapped.end()) == unit::numbers(last.begin(), last.begin() + 4));

  net.set_parameter("cls_token", unit::numbers(8, 0.5));
  unit::numbers const y = net.forward(unit::numbers(48, 1.0));
  CHECK(y[0] == 0.5);
  for (std::size_t i = 8; i < y.size(); ++i) REQUIRE(y[i] == 1 + table[i]);
  CHECK(net.backward(unit::numbers(56, 2.0)) == unit::numbers(48, 2.0));
  CHECK(net.gradient("cls_token") == unit::numbers(8, 2.0));
  CHECK(!positions<fixed>::check(shape{.n = 1, .h = 2, .w = 3, .c = 6}).accepted);
}

TEST_CASE("sequence_positions: a table for the whole sequence") {
  unit::on_reference<sequence_positions<with_token>, shape{.n = 2, .h = 1, .w = 5, .c = 1}> net;
  net.set_parameter("pos_embed", {10, 20, 30, 40, 50});
  CHECK(net.forward({1, 2, 3, 4, 5, 6, 7, 8, 9, 0}) == unit::numbers{11, 22, 33, 44, 55, 16, 27, 38, 49, 50});
  CHECK(net.backward({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) == unit::numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(net.gradient("pos_embed") == unit::numbers{7, 9, 11, 13, 15});
  CHECK(!sequence_positions<with_token>::check(shape{.n = 1, .h = 2, .w = 2, .c = 1}).accepted);
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
