// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/swiglu.hpp"

#include "ssl/layers/transformer_block.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("gated_silu: the first half gates the second") {
  unit::on_reference<gated_silu, shape{.n = 2, .c = 4}> net;
  CHECK(net.output == shape{.n = 2, .c = 2});
  double const gate = 1 / (1 + std::exp(-1.0));  // silu(1)
  CHECK(unit::close(net.forward({0, 1, 5, 7, 1, 0, -2, 3}), {0, 7 * gate, -2 * gate, 0}));
  CHECK(!gated_silu::check(shape{.n = 1, .c = 3}).accepted);
}

TEST_CASE("swiglu: DINOv2's names and timm's, one arithmetic") {
  constexpr mlp_config config{.hidden = 5, .out = 3};
  constexpr shape in{.n = 2, .c = 4};
  unit::on_reference<swiglu<config>, in> net;
  unit::on_reference<swiglu_packed<config>, in> packed;
  CHECK(unit::listed(net.parameters()) ==
        std::vector<std::string>{"w12.weight 10x4", "w12.bias 10", "w3.weight 3x5", "w3.bias 3"});
  CHECK(unit::listed(packed.parameters()) ==
        std::vector<std::string>{"fc1.weight 10x4", "fc1.bias 10", "fc2.weight 3x5", "fc2.bias 3"});
  net.randomise(1), packed.randomise(1);
  auto const x = ssl::testing::random_values<double>(in.elements(), 1, 1);
  CHECK(net.forward(x) == packed.forward(x));
}

TEST_CASE("swiglu: the hidden width of DINOv2's giant, and of small ones") {
  CHECK(swiglu_hidden(6144) == 4096);
  CHECK(swiglu_hidden(48) == 32);
  CHECK(swiglu_hidden(32) == 24);
  CHECK(swiglu_hidden(1) == 0);
}

TEST_CASE("transformer_block: a gated feed-forward network in place of the mlp") {
  constexpr transformer_config config{.width = 4, .heads = 2, .hidden = 6, .feed_forward = feed_forward::swiglu};
  unit::on_reference<transformer_block<config>, shape{.n = 1, .h = 1, .w = 2, .c = 4}> net;
  auto const lines = unit::listed(net.parameters());
  CHECK(std::vector<std::string>(lines.end() - 4, lines.end()) ==
        std::vector<std::string>{"mlp.w12.weight 12x4", "mlp.w12.bias 12", "mlp.w3.weight 4x6", "mlp.w3.bias 4"});
}

}  // namespace
