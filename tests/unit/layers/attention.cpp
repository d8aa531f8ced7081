// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/attention.hpp"

#include "ssl/layers/transformer_block.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("attention_core: equal keys give the mean of the values, for every head by itself") {
  unit::on_reference<attention_core<attention_config{.width = 2, .heads = 2}>, shape{.n = 1, .h = 1, .w = 2, .c = 6}> net;
  // query, key, value of each token; the first head's keys are equal, the second head's differ by log 3
  double const l = std::log(3.0);
  CHECK(unit::close(net.forward({7, 1, 5, 0, 10, 100, -2, 1, 5, l, 20, 200}), {15, 175, 15, 175}));
}

TEST_CASE("attention_core: the scale is one over the root of the head's width") {
  unit::on_reference<attention_core<attention_config{.width = 4}>, shape{.n = 1, .h = 1, .w = 2, .c = 12}> net;
  double const l = 2 * std::log(3.0);
  auto const y = net.forward({1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, l, 0, 0, 0, 8, 0, 0, 0});
  CHECK(unit::close(y, {7, 0, 0, 0, 7, 0, 0, 0}));
}

TEST_CASE("attention_core: images do not see each other") {
  constexpr shape two{.n = 2, .h = 1, .w = 3, .c = 12};
  unit::on_reference<attention_core<attention_config{.width = 4, .heads = 2}>, two> both;
  auto x = ssl::testing::random_values<double>(two.elements(), 1, 1);
  auto const before = both.forward(x);
  for (ssl::index i = two.elements() / 2; i < two.elements(); ++i) x[static_cast<std::size_t>(i)] += 1;
  auto const after = both.forward(x);
  CHECK(std::equal(before.begin(), before.begin() + 12, after.begin()));
  CHECK(!std::equal(before.begin() + 12, before.end(), after.begin() + 12));
}

TEST_CASE("attention: probabilities computed again give the same bits as those kept, in less memory") {
  constexpr shape tokens{.n = 8, .h = 1, .w = 9, .c = 4};
  unit::on_reference<attention<attention_config{.width = 4, .heads = 2}>, tokens> kept;
  unit::on_reference<attention<attention_config{.width = 4, .heads = 2, .probabilities = probabilities::recomputed}>, tokens> again;
  kept.randomise(2), again.randomise(2);
  auto const x = ssl::testing::random_values<double>(tokens.elements(), 1, 1), gy = ssl::testing::random_values<double>(tokens.elements(), 1, 2);
  CHECK(kept.forward(x) == again.forward(x));
  CHECK(kept.backward(gy) == again.backward(gy));
  CHECK(kept.gradient("qkv.weight") == again.gradient("qkv.weight"));
  CHECK(again.arena_elements() < kept.arena_elements());
}

TEST_CASE("attention, mlp, transformer_block: timm's names, and its initialisation") {
  unit::on_reference<transformer_block<transformer_config{.width = 64, .heads = 2, .hidden = 128, .layer_scale_millionths = 10}>,
                     shape{.n = 1, .h = 1, .w = 2, .c = 64}> net;
  CHECK(unit::listed(net.parameters()) ==
        std::vector<std::string>{"norm1.weight 64", "norm1.bias 64", "attn.qkv.weight 192x64", "attn.qkv.bias 192", "attn.proj.weight 64x64",
                                 "attn.proj.bias 64", "ls1.gamma 64", "norm2.weight 64", "norm2.bias 64", "mlp.fc1.weight 128x64",
                                 "mlp.fc1.bias 128", "mlp.fc2.weight 64x128", "mlp.fc2.bias 64", "ls2.gamma 64"});
  net.initialise(1);
  double square = 0;
  auto const weight = net.parameter("attn.qkv.weight");
  for (double w : weight) square += w * w;
  CHECK(std::sqrt(square / static_cast<double>(weight.size())) == doctest::Approx(0.02).epsilon(0.03).scale(0));
  CHECK(net.parameter("attn.qkv.bias") == unit::numbers(192, 0.0));
}

TEST_CASE("attention without a bias of query, key and value has no such parameter") {
  unit::on_reference<attention<attention_config{.width = 4, .heads = 2, .qkv_bias = bias::none}>, shape{.n = 1, .h = 1, .w = 2, .c = 4}> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"qkv.weight 12x4", "proj.weight 4x4", "proj.bias 4"});
}

}  // namespace
