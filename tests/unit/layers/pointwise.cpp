// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/activation.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/layer_scale.hpp"
#include "ssl/layers/local_response_norm.hpp"
#include "ssl/layers/softmax.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("relu: zero below zero, and its gradient at zero is zero") {
  unit::on_reference<relu, shape{.n = 1, .c = 3}> net;
  CHECK(net.forward({-2, 0, 3}) == unit::numbers{0, 0, 3});
  CHECK(net.backward({1, 1, 1}) == unit::numbers{0, 0, 1});
}

TEST_CASE("relu: a NaN stays one") {
  unit::on_reference<relu, shape{.n = 1, .c = 2}> net;
  std::vector<double> const y = net.forward({NAN, 1});
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == 1);
}

TEST_CASE("gelu: x Phi(x)") {
  unit::on_reference<gelu, shape{.n = 1, .c = 3}> net;
  CHECK(unit::close(net.forward({0, 1, -1}), {0, 0.8413447460685429, -0.15865525393145705}));
  CHECK(unit::close(net.backward({1, 1, 1}), {0.5, 1.0833154705876864, -0.08331547058768627}));
}

TEST_CASE("leaky_relu: the slope below zero, and at zero") {
  unit::on_reference<leaky_relu<200'000>, shape{.n = 1, .c = 3}> net;
  CHECK(unit::close(net.forward({-2, 0, 3}), {-0.4, 0, 3}));
  CHECK(unit::close(net.backward({1, 1, 1}), {0.2, 0.2, 1}));
}

TEST_CASE("sigmoid, tanh, silu, softplus: known values, and no overflow far from zero") {
  CHECK(unit::close(unit::on_reference<sigmoid, shape{.n = 1, .c = 3}>().forward({0, 1000, -1000}), {0.5, 1, 0}));
  CHECK(unit::close(unit::on_reference<layers::tanh, shape{.n = 1, .c = 2}>().forward({0, std::atanh(0.5)}), {0, 0.5}));
  CHECK(unit::close(unit::on_reference<silu, shape{.n = 1, .c = 3}>().forward({0, std::log(3.0), -1000}), {0, 0.75 * std::log(3.0), 0}));
  CHECK(unit::close(unit::on_reference<softplus, shape{.n = 1, .c = 3}>().forward({0, 1000, -1000}), {std::log(2.0), 1000, 0}));
}

TEST_CASE("softmax: equal inputs share, large ones do not overflow") {
  unit::on_reference<softmax, shape{.n = 2, .c = 2}> net;
  CHECK(unit::close(net.forward({5, 5, 1000, 1000 + std::log(3.0)}), {0.5, 0.5, 0.25, 0.75}, 1e-10));
  CHECK(unit::close(net.backward({1, 0, 0, 0}), {0.25, -0.25, 0, 0}));
}

TEST_CASE("l2_normalize: unit rows; a row shorter than 1e-12 is divided by 1e-12") {
  unit::on_reference<l2_normalize, shape{.n = 3, .c = 2}> net;
  CHECK(unit::close(net.forward({3, 4, 0, 0, 0, 5e-13}), {0.6, 0.8, 0, 0, 0, 0.5}));
  auto const gx = net.backward({1, 0, 1, 0, 0, 1});
  CHECK(unit::close({gx[0], gx[1]}, {(1 - 0.36) / 5, -0.48 / 5}));
  CHECK(unit::close({gx[2] * 1e-12, gx[3], gx[5] * 1e-12}, {1, 0, 1}));
}

TEST_CASE("layer_scale: one factor for every channel, 1e-5 at first") {
  unit::on_reference<layer_scale<>, shape{.n = 2, .c = 2}> net;
  net.initialise(0);
  CHECK(unit::close(net.parameter("gamma"), {1e-5, 1e-5}, 1e-11));
  net.set_parameter("gamma", {2, 3});
  CHECK(net.forward({1, 2, 3, 4}) == unit::numbers{2, 6, 6, 12});
  CHECK(net.backward({1, 1, 1, 10}) == unit::numbers{2, 3, 2, 30});
  CHECK(net.gradient("gamma") == unit::numbers{4, 42});
}

TEST_CASE("local_response_norm: a window of 3 channels, and one that sees one channel more below than above") {
  constexpr local_response_norm_config odd{.size = 3, .alpha_millionths = 3'000'000, .beta_thousandths = 1'000};
  unit::on_reference<local_response_norm<odd>, shape{.n = 1, .c = 3}> net;
  CHECK(unit::close(net.forward({1, 2, 3}), {1.0 / 6, 2.0 / 15, 3.0 / 14}));
  constexpr local_response_norm_config even{.size = 2, .alpha_millionths = 2'000'000, .beta_thousandths = 1'000};
  CHECK(unit::close(unit::on_reference<local_response_norm<even>, shape{.n = 1, .c = 3}>().forward({1, 2, 3}), {1.0 / 2, 2.0 / 6, 3.0 / 14}));
}

}  // namespace
