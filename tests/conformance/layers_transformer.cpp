// SPDX-License-Identifier: Apache-2.0
#include "conformance/layer_case.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/layers/attention.hpp"
#include "ssl/layers/mlp.hpp"
#include "ssl/layers/transformer_block.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;
using conformance::layer_case;

TEST_CASE("attention: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"attention_core of one token", attention_core<attention_config{.width = 2}>, shape{.n = 1, .c = 6}>,
      layer_case<"attention_core, 31 tokens", attention_core<attention_config{.width = 33, .heads = 3}>, shape{.n = 2, .h = 1, .w = 31, .c = 99}>,
      layer_case<"attention_core, 65 tokens", attention_core<attention_config{.width = 128, .heads = 2}>, shape{.n = 2, .h = 5, .w = 13, .c = 384}>,
      layer_case<"attention", attention<attention_config{.width = 32, .heads = 4}>, shape{.n = 3, .h = 1, .w = 17, .c = 32}>,
      layer_case<"attention, computed again",
                 attention<attention_config{.width = 32, .heads = 2, .qkv_bias = bias::none, .probabilities = probabilities::recomputed}>,
                 shape{.n = 2, .h = 1, .w = 33, .c = 32}>>();
}

TEST_CASE("blocks and vision transformers: every backend agrees with the reference") {
  using encoders::vit_config;
  using tiny = encoders::vit<vit_config{.image_h = 16, .image_w = 16, .patch = 4, .width = 32, .depth = 3, .heads = 2, .mlp_ratio = 2}>;
  conformance::expect_all_agree<
      layer_case<"mlp", mlp<mlp_config{.hidden = 67, .out = 31}>, shape{.n = 2, .h = 1, .w = 5, .c = 33}>,
      layer_case<"transformer_block", transformer_block<transformer_config{.width = 32, .heads = 2, .hidden = 64}>,
                 shape{.n = 2, .h = 1, .w = 17, .c = 32}>,
      layer_case<"vit", tiny, shape{.n = 2, .h = 16, .w = 16, .c = 3}>,
      layer_case<"vit, another size", tiny, shape{.n = 2, .h = 8, .w = 12, .c = 3}>>();
}

}  // namespace
