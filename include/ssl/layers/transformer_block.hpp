// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "ssl/layers/attention.hpp"
#include "ssl/layers/compose/residual.hpp"
#include "ssl/layers/layer_norm.hpp"
#include "ssl/layers/layer_scale.hpp"
#include "ssl/layers/mlp.hpp"

namespace ssl::layers {

struct transformer_config {
  int width = 0;
  int heads = 1;
  int hidden = 0;  ///< of the mlp
  bias qkv_bias = bias::yes;
  int epsilon_billionths = 1'000;   ///< of the layer norms: 1e-6
  int layer_scale_millionths = 0;   ///< initial factor of both branches; 0: no layer scale
  layers::probabilities probabilities = layers::probabilities::kept;
};

namespace detail {
template <transformer_config Config>
inline constexpr layer_norm_config block_norm{.epsilon_billionths = Config.epsilon_billionths};

template <transformer_config Config>
using block_scale = std::conditional_t<(Config.layer_scale_millionths > 0),
                                       layer_scale<layer_scale_config{.initial_millionths = Config.layer_scale_millionths}>, identity>;

template <transformer_config Config>
struct attention_branch
    : sequential<named<"norm1", layer_norm<block_norm<Config>>>,
                 named<"attn", attention<attention_config{.width = Config.width, .heads = Config.heads, .qkv_bias = Config.qkv_bias,
                                                          .probabilities = Config.probabilities}>>,
                 named<"ls1", block_scale<Config>>> {};

template <transformer_config Config>
struct mlp_branch : sequential<named<"norm2", layer_norm<block_norm<Config>>>,
                               named<"mlp", mlp<mlp_config{.hidden = Config.hidden, .out = Config.width}>>,
                               named<"ls2", block_scale<Config>>> {};
}  // namespace detail

/// A pre-norm transformer block.
///
/// Formula   x = x + ls1(attn(norm1(x))); y = x + ls2(mlp(norm2(x)))
/// Shapes    x, y: (N, H, W, D); tokens = H W
/// Errors    E101 and E102 of its layers
/// Source    timm's Block: names and initialisation. Deviation: no dropout, no drop path
template <transformer_config Config>
struct transformer_block : sequential<named<"", residual<named<"", detail::attention_branch<Config>>>>,
                                      named<"", residual<named<"", detail::mlp_branch<Config>>>>> {};

}  // namespace ssl::layers
