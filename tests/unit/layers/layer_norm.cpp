// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/layer_norm.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("layer_norm: a row of 1 and 3 becomes -1 and 1, then scale and shift") {
  unit::on_reference<layer_norm<>, shape{.n = 2, .c = 2}> net;
  net.initialise(0);
  double const unit_value = 1 / std::sqrt(1 + 1e-6);
  CHECK(unit::close(net.forward({1, 3, 7, 5}), {-unit_value, unit_value, unit_value, -unit_value}));
  net.set_parameter("weight", {2, 10});
  net.set_parameter("bias", {1, 0});
  CHECK(unit::close(net.forward({1, 3, 7, 5}), {1 - 2 * unit_value, 10 * unit_value, 1 + 2 * unit_value, -10 * unit_value}));
}

TEST_CASE("layer_norm: a constant row gives zeros, by epsilon") {
  unit::on_reference<layer_norm<layer_norm_config{.affine = affine::none}>, shape{.n = 1, .c = 3}> net;
  CHECK(net.parameters().empty());
  CHECK(net.forward({4, 4, 4}) == unit::numbers{0, 0, 0});
}

TEST_CASE("layer_norm: names, kinds and initial values") {
  unit::on_reference<layer_norm<>, shape{.n = 1, .h = 2, .w = 2, .c = 3}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"weight 3", "bias 3"});
  CHECK(net.parameters()[0].kind == parameter_kind::norm_scale);
  CHECK(net.parameters()[1].kind == parameter_kind::norm_shift);
  net.initialise(0);
  CHECK(net.parameter("weight") == unit::numbers{1, 1, 1});
  CHECK(net.parameter("bias") == unit::numbers{0, 0, 0});
}

}  // namespace
