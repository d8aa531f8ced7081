// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/compose/repeat.hpp"
#include "ssl/layers/masked_tokens.hpp"
#include "ssl/layers/positions.hpp"
#include "ssl/layers/rearrange.hpp"
#include "ssl/layers/transformer_block.hpp"

namespace ssl::layers {

struct masked_decoder_config {
  int grid_h = 14;  ///< patches of the image
  int grid_w = 14;
  int visible = 0;  ///< patches that it is given; 0: as many as come
  int out = 768;    ///< numbers predicted for each patch: patch height x width x channels
  int width = 512;
  int depth = 8;
  int heads = 16;
  int hidden = 2048;               ///< of the mlps
  int epsilon_billionths = 1'000;  ///< of the layer norms: 1e-6
};

namespace detail {
template <masked_decoder_config Config>
struct masked_decoder_parts {
  static constexpr int patches = Config.grid_h * Config.grid_w;
  using embed = linear<linear_config{.out = Config.width, .init = linear_init::vit}>;
  using restore = scatter_tokens<patches, 1, Config.visible>;
  using positions = sequence_positions<positions_config{
      .grid_h = Config.grid_h, .grid_w = Config.grid_w, .prefix_tokens = 1, .table = position_table::sine_cosine}>;
  using block = transformer_block<transformer_config{
      .width = Config.width, .heads = Config.heads, .hidden = Config.hidden, .epsilon_billionths = Config.epsilon_billionths}>;
  using norm = layer_norm<layer_norm_config{.epsilon_billionths = Config.epsilon_billionths}>;
  using pred = linear<linear_config{.out = Config.out, .init = linear_init::vit}>;
};
}  // namespace detail

/// A light transformer that predicts every patch from the features of the visible ones, with a learned token for the hidden ones.
///
/// Shapes    x: (N, 1, 1 + K, I), a class token and K visible patches in the order of the mask wire -> y: (N, 1, patches, out)
/// Requires  a mask wire that holds the order the encoder was given
/// Errors    E101 and E102 of its layers
/// Names     embed, mask_token, pos_embed (fixed), blocks.0, norm, pred: MAE's, without its decoder_
/// Source    He et al. 2021, arXiv:2111.06377; facebookresearch/mae: models_mae.py. Deviations: weights are drawn as timm draws those of
///           vision transformers; the class token is dropped before the last layer, not behind it
template <masked_decoder_config Config = masked_decoder_config{}>
struct masked_decoder
    : sequential<named<"embed", typename detail::masked_decoder_parts<Config>::embed>,
                 named<"", typename detail::masked_decoder_parts<Config>::restore>,  // (N, 1, 1 + patches, width)
                 named<"", typename detail::masked_decoder_parts<Config>::positions>,
                 named<"blocks", repeat<Config.depth, typename detail::masked_decoder_parts<Config>::block>>,
                 named<"norm", typename detail::masked_decoder_parts<Config>::norm>,
                 named<"", token_slice<1, detail::masked_decoder_parts<Config>::patches>>,
                 named<"pred", typename detail::masked_decoder_parts<Config>::pred>> {};

}  // namespace ssl::layers
