// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_gradients.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/layers/attention.hpp"
#include "ssl/layers/mlp.hpp"
#include "ssl/layers/positions.hpp"
#include "ssl/layers/tokens.hpp"
#include "ssl/layers/transformer_block.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

constexpr transformer_config small{.width = 6, .heads = 2, .hidden = 9};

TEST_CASE("attention: gradients, with probabilities kept and computed again") {
  constexpr shape tokens{.n = 2, .h = 1, .w = 5, .c = 6};
  expect_gradients<attention_core<attention_config{.width = 6, .heads = 3}>, shape{.n = 2, .h = 1, .w = 5, .c = 18}>();
  expect_gradients<attention<attention_config{.width = 6, .heads = 2}>, tokens>();
  expect_gradients<attention<attention_config{.width = 6, .heads = 1, .qkv_bias = bias::none}>, tokens>();
  expect_gradients<attention<attention_config{.width = 6, .heads = 3, .probabilities = probabilities::recomputed}>, tokens>();
}

TEST_CASE("mlp, transformer_block: gradients") {
  constexpr shape tokens{.n = 2, .h = 1, .w = 3, .c = 6};
  expect_gradients<mlp<mlp_config{.hidden = 7, .out = 4}>, tokens>();
  expect_gradients<transformer_block<small>, tokens>();
  expect_gradients<transformer_block<transformer_config{.width = 6, .heads = 2, .hidden = 9, .layer_scale_millionths = 10,
                                                        .probabilities = probabilities::recomputed}>, tokens>();
}

TEST_CASE("class_token, positions: gradients on the base grid and off it") {
  constexpr shape grid{.n = 3, .h = 2, .w = 3, .c = 4};
  expect_gradients<class_token, grid>();
  expect_gradients<register_tokens<3>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 2, .grid_w = 3}>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 2, .grid_w = 3, .prefix_tokens = 1}>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 4, .grid_w = 5, .prefix_tokens = 1}>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 1, .grid_w = 2}>, grid>();
}

template <int Depth>
using tiny = encoders::vit<encoders::vit_config{.image_h = 4, .image_w = 4, .patch = 2, .width = 6, .depth = Depth, .heads = 2,
                                                .mlp_ratio = 1}>;

TEST_CASE("vit: gradients at its own image size and at another") {
  expect_gradients<tiny<2>, shape{.n = 2, .h = 4, .w = 4, .c = 3}>();
  expect_gradients<tiny<2>, shape{.n = 1, .h = 6, .w = 4, .c = 3}>();
}

TEST_CASE("vit: gradients with the mean of the patches, a head, registers and layer scale") {
  constexpr shape image{.n = 2, .h = 4, .w = 4, .c = 1};
  using encoders::vit_config, encoders::vit_pool, encoders::vit_class_token;
  expect_gradients<encoders::vit<vit_config{.image_h = 4, .image_w = 4, .patch = 2, .width = 4, .depth = 2, .heads = 2, .mlp_ratio = 1,
                                            .pool = vit_pool::average, .class_token = vit_class_token::none, .classes = 3}>, image>();
  expect_gradients<encoders::vit<vit_config{.image_h = 4, .image_w = 4, .patch = 2, .width = 4, .depth = 2, .heads = 2, .mlp_ratio = 1,
                                            .pool = vit_pool::none, .registers = 2, .layer_scale_millionths = 10}>, image>();
}

}  // namespace
