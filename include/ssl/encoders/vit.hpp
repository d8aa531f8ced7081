// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/schedule.hpp"
#include "ssl/layers/compose/repeat.hpp"
#include "ssl/layers/frozen.hpp"
#include "ssl/layers/masked_tokens.hpp"
#include "ssl/layers/patch_embedding.hpp"
#include "ssl/layers/pool.hpp"
#include "ssl/layers/positions.hpp"
#include "ssl/layers/rearrange.hpp"
#include "ssl/layers/tokens.hpp"
#include "ssl/layers/transformer_block.hpp"

namespace ssl::encoders {

/// What a vision transformer gives: its class token, the mean of its patch tokens, or all tokens.
enum class vit_pool { class_token, average, none };

enum class vit_class_token { none, learned };

/// Which tokens have a position; registers never have one.
enum class vit_positions {
  class_and_patches,
  patches  ///< timm's no_embed_class
};

/// Whether the encoder has a token for patches that a mask wire hides from it.
enum class vit_mask_token { none, learned };

/// Whether the projection of the patches learns, or stays as it was drawn: MoCo v3, whose training is steady only so.
enum class vit_patch_projection { trained, frozen };

/// Where the last layer norm stands: before pooling ("norm"), or after it ("fc_norm").
enum class vit_final_norm {
  timm,         ///< after the mean, before anything else: timm's default
  before_pool,
  after_pool
};

struct vit_config {
  int image_h = 224;  ///< pixels; with the patch this is the base grid of the positions, other sizes are interpolated
  int image_w = 224;
  int patch = 16;
  int width = 192;
  int depth = 12;
  int heads = 3;
  int mlp_ratio = 4;
  int mlp_hidden = 0;  ///< hidden width of the feed-forward networks; 0: mlp_ratio times the width, of which gated ones take
                       ///< layers::swiglu_hidden
  layers::feed_forward feed_forward = layers::feed_forward::mlp;
  vit_pool pool = vit_pool::class_token;
  vit_class_token class_token = vit_class_token::learned;
  vit_final_norm final_norm = vit_final_norm::timm;
  vit_positions positions = vit_positions::class_and_patches;
  layers::position_table position_table = layers::position_table::learned;
  layers::interpolation interpolation = layers::interpolation::bicubic_antialias;  ///< of positions, for other sizes
  vit_patch_projection patch_projection = vit_patch_projection::trained;
  vit_mask_token mask_token = vit_mask_token::none;
  int visible_patches = 0;  ///< patches that the encoder sees: the first in the order that its mask wire holds; 0: all, without a mask
  layers::bias qkv_bias = layers::bias::yes;
  int registers = 0;                ///< register tokens, between the class token and the patches
  int layer_scale_millionths = 0;   ///< 0: no layer scale
  layers::drop_path_rates drop_path = layers::drop_path_rates::none;
  int skipped_per_mille = 0;        ///< drop path that skips the work: samples of a batch that each branch leaves out, in thousandths
  int classes = 0;                  ///< outputs of a linear head; 0: no head
  int epsilon_billionths = 1'000;   ///< of the layer norms: 1e-6
  layers::probabilities probabilities = layers::probabilities::kept;
  layers::activations activations = layers::activations::kept;  ///< of the blocks: recomputed takes less memory and more time
};

namespace detail {

template <vit_config Config>
struct vit_parts {
  static constexpr bool has_class_token = Config.class_token == vit_class_token::learned;
  static constexpr bool class_has_position = has_class_token && Config.positions == vit_positions::class_and_patches;
  static constexpr int first_patch = (has_class_token ? 1 : 0) + Config.registers;
  static constexpr bool norm_after_pool =
      Config.final_norm == vit_final_norm::timm ? Config.pool == vit_pool::average : Config.final_norm == vit_final_norm::after_pool;
  static constexpr int patch = Config.patch > 0 ? Config.patch : 1;
  static constexpr int hidden = Config.mlp_hidden > 0 ? Config.mlp_hidden
                                : Config.feed_forward == layers::feed_forward::mlp ? Config.mlp_ratio * Config.width
                                : layers::swiglu_hidden(Config.mlp_ratio * Config.width);

  using trained_embedding = layers::patch_embedding<layers::patch_config{.patch = Config.patch, .width = Config.width}>;
  using embedding = std::conditional_t<Config.patch_projection == vit_patch_projection::frozen, layers::frozen<trained_embedding>,
                                       trained_embedding>;
  using mask_token = std::conditional_t<Config.mask_token == vit_mask_token::learned, layers::masked_tokens, layers::identity>;
  using positions = layers::positions<layers::positions_config{
      .grid_h = Config.image_h / patch, .grid_w = Config.image_w / patch, .prefix_tokens = class_has_position ? 1 : 0,
      .table = Config.position_table, .interpolation = Config.interpolation}>;
  using class_token = std::conditional_t<has_class_token && !class_has_position, layers::class_token, layers::identity>;
  using visible = std::conditional_t<(Config.visible_patches > 0),
                                     layers::gather_tokens<Config.visible_patches, has_class_token ? 1 : 0>, layers::identity>;
  using registers = std::conditional_t<(Config.registers > 0), layers::register_tokens<Config.registers, has_class_token ? 1 : 0>,
                                       layers::identity>;
  using block = layers::transformer_block<layers::transformer_config{
      .width = Config.width, .heads = Config.heads, .hidden = hidden, .feed_forward = Config.feed_forward,
      .qkv_bias = Config.qkv_bias, .epsilon_billionths = Config.epsilon_billionths,
      .layer_scale_millionths = Config.layer_scale_millionths, .drop_path = Config.drop_path,
      .skipped_per_mille = Config.skipped_per_mille, .probabilities = Config.probabilities}>;
  using layer_norm = layers::layer_norm<layers::layer_norm_config{.epsilon_billionths = Config.epsilon_billionths}>;
  using norm = std::conditional_t<norm_after_pool, layers::identity, layer_norm>;
  using fc_norm = std::conditional_t<norm_after_pool, layer_norm, layers::identity>;
  using pool = std::conditional_t<
      Config.pool == vit_pool::none, layers::identity,
      std::conditional_t<Config.pool == vit_pool::average, layers::token_mean<first_patch>, layers::token_slice<0, 1>>>;
  using head = std::conditional_t<
      (Config.classes > 0), layers::linear<layers::linear_config{.out = Config.classes, .init = layers::linear_init::vit}>,
      layers::identity>;
};

/// The configuration that gives every visible token what the given one makes of all tokens, before it pools them.
constexpr vit_config on_visible_patches(vit_config c, int patches) {
  bool const after_pool =
      c.final_norm == vit_final_norm::timm ? c.pool == vit_pool::average : c.final_norm == vit_final_norm::after_pool;
  c.final_norm = after_pool ? vit_final_norm::after_pool : vit_final_norm::before_pool;
  c.pool = vit_pool::none;
  c.visible_patches = patches;
  return c;
}

/// Numbers of an encoder with drop path.
template <bool HasDropPath>
struct vit_numbers {};
template <>
struct vit_numbers<true> {
  struct options {
    number drop_path_rate = 0.1;  ///< of the last block, or of all: DINO. Moving averages of the encoder drop nothing
    PRETEXT_FIELDS(drop_path_rate)
  };
};

}  // namespace detail

/// Vision transformer.
///
/// Shapes    x: (N, H, W, C), H and W multiples of the patch -> y: (N, 1, 1, D); (N, 1, 1, K) with a head of K classes; all tokens
///           (N, 1, T, D), class token first, with vit_pool::none. T = tokens before + (H / P)(W / P)
/// Errors    E101 sizes that are not positive, heads that do not divide the width; E102 an image that is no multiple of the patch
/// Visible   on_visible<K> has the same parameters and gives the tokens (N, 1, T, D) of the class, the registers and the K patches that
///           come first in the order of its mask wire: what a masked autoencoder trains. A norm behind the pool then acts on each token
/// Options   drop_path_rate, where drop_path is not none
/// Cost      compile time does not depend on the depth
/// Source    Dosovitskiy et al. 2020, arXiv:2010.11929; timm's VisionTransformer: names, initialisation, pooling. Deviation: no dropout
template <vit_config Config>
struct vit : layers::sequential<named<"patch_embed", typename detail::vit_parts<Config>::embedding>,  // (N, H / P, W / P, D)
                                named<"", typename detail::vit_parts<Config>::mask_token>,
                                named<"", typename detail::vit_parts<Config>::positions>,
                                named<"", typename detail::vit_parts<Config>::class_token>,
                                named<"", typename detail::vit_parts<Config>::visible>,
                                named<"", typename detail::vit_parts<Config>::registers>,             // (N, 1, T, D)
                                named<"blocks", layers::repeat<Config.depth, typename detail::vit_parts<Config>::block, Config.activations>>,
                                named<"norm", typename detail::vit_parts<Config>::norm>,
                                named<"", typename detail::vit_parts<Config>::pool>,                  // (N, 1, 1, D)
                                named<"fc_norm", typename detail::vit_parts<Config>::fc_norm>,
                                named<"head", typename detail::vit_parts<Config>::head>>,
             detail::vit_numbers<Config.drop_path != layers::drop_path_rates::none> {
  static constexpr vit_config config = Config;
  template <int Patches>
  using on_visible = vit<detail::on_visible_patches(Config, Patches)>;
};

/// The same encoder with another output: one that trains by all tokens, and the one to ship, which gives the class token. Their
/// parameters are the same, so that each loads the other's.
constexpr vit_config with_pool(vit_config config, vit_pool pool) {
  config.pool = pool;
  return config;
}
template <class Vit>
using all_tokens_of = vit<with_pool(Vit::config, vit_pool::none)>;
template <class Vit>
using class_token_of = vit<with_pool(Vit::config, vit_pool::class_token)>;

/// Source  timm's vit_*_patch16_224; tiny and small from DeiT, Touvron et al. 2020, arXiv:2012.12877
struct vit_tiny : vit<vit_config{.width = 192, .heads = 3}> {};
struct vit_small : vit<vit_config{.width = 384, .heads = 6}> {};
struct vit_base : vit<vit_config{.width = 768, .heads = 12}> {};
struct vit_large : vit<vit_config{.width = 1024, .depth = 24, .heads = 16}> {};

/// The same widths for images of 32 pixels, with patches of 4: 64 tokens, as solo-learn trains on CIFAR.
struct vit_tiny_cifar : vit<vit_config{.image_h = 32, .image_w = 32, .patch = 4, .width = 192, .heads = 3}> {};
struct vit_small_cifar : vit<vit_config{.image_h = 32, .image_w = 32, .patch = 4, .width = 384, .heads = 6}> {};

}  // namespace ssl::encoders
