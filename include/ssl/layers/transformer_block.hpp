// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "ssl/layers/attention.hpp"
#include "ssl/layers/compose/residual.hpp"
#include "ssl/layers/drop_path.hpp"
#include "ssl/layers/layer_norm.hpp"
#include "ssl/layers/layer_scale.hpp"
#include "ssl/layers/mlp.hpp"
#include "ssl/layers/on_kept_samples.hpp"
#include "ssl/layers/swiglu.hpp"

namespace ssl::layers {

/// The second branch of a block: fc1, GELU, fc2; or gated, under DINOv2's names or timm's.
enum class feed_forward { mlp, swiglu, swiglu_packed };

struct transformer_config {
  int width = 0;
  int heads = 1;
  int hidden = 0;  ///< of the feed-forward network; of a gated one the width behind the gate
  layers::feed_forward feed_forward = layers::feed_forward::mlp;
  bias qkv_bias = bias::yes;
  int epsilon_billionths = 1'000;   ///< of the layer norms: 1e-6
  int layer_scale_millionths = 0;   ///< initial factor of both branches; 0: no layer scale
  drop_path_rates drop_path = drop_path_rates::none;
  int skipped_per_mille = 0;  ///< samples of a batch that each branch does not compute in training, in thousandths; 0: none
  layers::probabilities probabilities = layers::probabilities::kept;
};

namespace detail {
template <transformer_config Config>
inline constexpr layer_norm_config block_norm{.epsilon_billionths = Config.epsilon_billionths};

template <transformer_config Config>
using block_scale = std::conditional_t<(Config.layer_scale_millionths > 0),
                                       layer_scale<layer_scale_config{.initial_millionths = Config.layer_scale_millionths}>, identity>;

template <transformer_config Config>
using block_drop_path = std::conditional_t<Config.drop_path != drop_path_rates::none, drop_path<Config.drop_path>, identity>;

template <transformer_config Config, mlp_config Mlp = mlp_config{.hidden = Config.hidden, .out = Config.width}>
using block_feed_forward =
    std::conditional_t<Config.feed_forward == feed_forward::mlp, mlp<Mlp>,
                       std::conditional_t<Config.feed_forward == feed_forward::swiglu, swiglu<Mlp>, swiglu_packed<Mlp>>>;

template <transformer_config Config>
struct attention_branch
    : sequential<named<"norm1", layer_norm<block_norm<Config>>>,
                 named<"attn", attention<attention_config{.width = Config.width, .heads = Config.heads, .qkv_bias = Config.qkv_bias,
                                                          .probabilities = Config.probabilities}>>,
                 named<"ls1", block_scale<Config>>, named<"drop_path1", block_drop_path<Config>>> {};

template <transformer_config Config>
struct mlp_branch : sequential<named<"norm2", layer_norm<block_norm<Config>>>,
                               named<"mlp", block_feed_forward<Config>>, named<"ls2", block_scale<Config>>,
                               named<"drop_path2", block_drop_path<Config>>> {};

template <transformer_config Config, class Branch>
using block_branch = std::conditional_t<Config.skipped_per_mille != 0, on_kept_samples<Config.skipped_per_mille, Branch>, Branch>;
}  // namespace detail

/// A pre-norm transformer block.
///
/// Formula   x = x + drop_path1(ls1(attn(norm1(x)))); y = x + drop_path2(ls2(mlp(norm2(x))))
/// Shapes    x, y: (N, H, W, D); tokens = H W
/// Errors    E101 and E102 of its layers
/// Source    timm's Block and DINOv2's: names and initialisation. DINOv2 skips samples above a rate of 0.1, and up to it has drop path.
///           Deviation: no dropout
template <transformer_config Config>
struct transformer_block : sequential<named<"", residual<named<"", detail::block_branch<Config, detail::attention_branch<Config>>>>>,
                                      named<"", residual<named<"", detail::block_branch<Config, detail::mlp_branch<Config>>>>>> {};

}  // namespace ssl::layers
