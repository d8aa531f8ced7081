// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_gradients.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/attention.hpp"
#include "ssl/layers/drop_path.hpp"
#include "ssl/layers/heads/masked_decoder.hpp"
#include "ssl/layers/masked_tokens.hpp"
#include "ssl/layers/mlp.hpp"
#include "ssl/layers/on_kept_samples.hpp"
#include "ssl/layers/positions.hpp"
#include "ssl/layers/swiglu.hpp"
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

TEST_CASE("swiglu: gradients") {
  constexpr shape tokens{.n = 2, .h = 1, .w = 3, .c = 6};
  expect_gradients<gated_silu, tokens>();
  expect_gradients<swiglu<mlp_config{.hidden = 5, .out = 4}>, tokens>();
  expect_gradients<swiglu_packed<mlp_config{.hidden = 5, .out = 4}>, tokens>();
}

TEST_CASE("drop_path: gradients alone, and in blocks whose branches fall out") {
  constexpr shape tokens{.n = 5, .h = 1, .w = 2, .c = 6};
  constexpr transformer_config dropping{.width = 6, .heads = 2, .hidden = 5, .feed_forward = feed_forward::swiglu,
                                        .layer_scale_millionths = 10, .drop_path = drop_path_rates::linear};
  expect_gradients<drop_path<drop_path_rates::uniform>, tokens>({.drop_path_rate = 0.4});
  expect_gradients<repeat<3, transformer_block<dropping>>, tokens>({.drop_path_rate = 0.6});
}

TEST_CASE("on_kept_samples: gradients alone, and in blocks that skip samples") {
  constexpr shape tokens{.n = 5, .h = 1, .w = 2, .c = 6};
  constexpr transformer_config skipping{.width = 6, .heads = 2, .hidden = 5, .layer_scale_millionths = 10, .skipped_per_mille = 400};
  expect_gradients<on_kept_samples<300, gelu>, tokens>();
  expect_gradients<on_kept_samples<700, sequential<named<"", linear<linear_config{.out = 4}>>, named<"", gelu>>>, tokens>();
  expect_gradients<repeat<3, transformer_block<skipping>>, tokens>();
}

TEST_CASE("gather_masked, masked_mean: gradients with room for all masked tokens, and without") {
  constexpr shape grid{.n = 2, .h = 1, .w = 5, .c = 3};
  std::int32_t const some[] = {0, 1, 0, 0, 1, 1, 0, 1};
  expect_gradients<gather_masked<1>, grid>({.mask = some});
  expect_gradients<gather_masked<1, 1000>, grid>({.mask = some});
  expect_gradients<gather_masked<1, 300>, grid>({.mask = some});
  expect_gradients<masked_mean, shape{.n = 6, .c = 3}>({.mask = some});
  expect_gradients<masked_mean, shape{.n = 2, .c = 3}>({.mask = some});
}

TEST_CASE("masked_tokens, gather_tokens, scatter_tokens: gradients") {
  constexpr shape grid{.n = 2, .h = 2, .w = 2, .c = 3};
  std::int32_t const mask[] = {0, 1, 0, 0, 1, 1, 0, 1}, order[] = {2, 0, 1, 1, 2, 0}, whole_order[] = {3, 0, 2, 1, 1, 3, 2, 0};
  expect_gradients<masked_tokens, grid>();
  expect_gradients<masked_tokens, grid>({.mask = mask});
  expect_gradients<gather_tokens<2, 1>, grid>({.mask = order});
  expect_gradients<gather_tokens<3>, grid>({.mask = whole_order});
  expect_gradients<scatter_tokens<3, 1>, shape{.n = 2, .h = 1, .w = 3, .c = 3}>({.mask = order});
  expect_gradients<scatter_tokens<4>, shape{.n = 2, .h = 1, .w = 1, .c = 3}>({.mask = whole_order});
}

TEST_CASE("class_token, positions: gradients on the base grid and off it") {
  constexpr shape grid{.n = 3, .h = 2, .w = 3, .c = 4};
  expect_gradients<class_token, grid>();
  expect_gradients<register_tokens<3>, grid>();
  expect_gradients<register_tokens<2, 1>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 2, .grid_w = 3}>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 2, .grid_w = 3, .prefix_tokens = 1}>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 4, .grid_w = 5, .prefix_tokens = 1}>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 1, .grid_w = 2}>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 3, .grid_w = 4, .interpolation = interpolation::bicubic_offset}>, grid>();
  expect_gradients<sequence_positions<positions_config{.grid_h = 1, .grid_w = 5, .prefix_tokens = 1}>, grid>();
  expect_gradients<sequence_positions<positions_config{.grid_h = 2, .grid_w = 3, .table = position_table::sine_cosine}>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 4, .grid_w = 2, .interpolation = interpolation::bicubic_antialias}>, grid>();
  expect_gradients<positions<positions_config{.grid_h = 3, .grid_w = 2, .prefix_tokens = 1, .table = position_table::sine_cosine}>, grid>();
}

template <int Depth>
using tiny = encoders::vit<encoders::vit_config{.image_h = 4, .image_w = 4, .patch = 2, .width = 6, .depth = Depth, .heads = 2,
                                                .mlp_ratio = 1}>;

TEST_CASE("vit: gradients at its own image size and at another") {
  expect_gradients<tiny<2>, shape{.n = 2, .h = 4, .w = 4, .c = 3}>();
  expect_gradients<tiny<2>, shape{.n = 1, .h = 6, .w = 4, .c = 3}>();
}

TEST_CASE("vit: gradients of DINOv2's form, masked, off its base grid, with branches that fall out") {
  using encoders::vit_config;
  constexpr vit_config config{.image_h = 6, .image_w = 6, .patch = 2, .width = 4, .depth = 2, .heads = 2, .mlp_hidden = 3,
                              .feed_forward = feed_forward::swiglu, .pool = encoders::vit_pool::none,
                              .mask_token = encoders::vit_mask_token::learned, .registers = 1, .layer_scale_millionths = 10,
                              .drop_path = drop_path_rates::uniform};
  std::int32_t const mask[] = {0, 1, 0, 0, 0, 0, 1, 1};
  expect_gradients<encoders::vit<config>, shape{.n = 2, .h = 4, .w = 4, .c = 1}>({.mask = mask, .drop_path_rate = 0.4});
}

TEST_CASE("vit of some patches and masked_decoder: gradients") {
  using encoders::vit_config;
  constexpr vit_config config{.image_h = 4, .image_w = 4, .patch = 2, .width = 4, .depth = 1, .heads = 2, .mlp_ratio = 1,
                              .pool = encoders::vit_pool::none, .position_table = position_table::sine_cosine, .visible_patches = 2};
  constexpr masked_decoder_config decoder{.grid_h = 2, .grid_w = 2, .out = 3, .width = 4, .depth = 1, .heads = 1, .hidden = 5};
  std::int32_t const order[] = {3, 0, 2, 1, 1, 3, 2, 0};
  expect_gradients<encoders::vit<config>, shape{.n = 2, .h = 4, .w = 4, .c = 1}>({.mask = order});
  expect_gradients<masked_decoder<decoder>, shape{.n = 2, .h = 1, .w = 3, .c = 5}>({.mask = order});
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
