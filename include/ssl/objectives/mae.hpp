// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/masked_decoder.hpp"
#include "ssl/losses/masked_patches.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct mae_config {
  int image_h = 224;  ///< pixels of the view
  int image_w = 224;
  int channels = 3;
  int patch = 16;  ///< of encoder and augmentation
  int masked_percent = 75;
  losses::patch_target target = losses::patch_target::normalised_pixels;
  int decoder_width = 512;
  int decoder_depth = 8;
  int decoder_heads = 16;

  constexpr int grid_h() const { return patch > 0 ? image_h / patch : 0; }
  constexpr int grid_w() const { return patch > 0 ? image_w / patch : 0; }
  /// What is predicted of a patch.
  constexpr int numbers() const { return patch * patch * channels; }
  /// How many patches the encoder sees.
  constexpr int visible() const { return grid_h() * grid_w() * (100 - masked_percent) / 100; }
};

/// Structures of the paper, and for small images.
/// Source  facebookresearch/mae: models_mae.py, mae_vit_base_patch16_dec512d8b and its neighbours; small: patches of 4 pixels as
///         solo-learn's CIFAR recipe, with a decoder as light as two cores want it
inline constexpr mae_config mae_published{};
inline constexpr mae_config mae_small{
    .image_h = 32, .image_w = 32, .patch = 4, .decoder_width = 48, .decoder_depth = 1, .decoder_heads = 3};

/// Masked autoencoder: of most patches of an image the pixels are predicted from the few that the encoder sees.
///
/// Graph     views -> encoder, on the visible patches only -> decoder, with a learned token for each hidden patch -> pixels of the
///           hidden patches
/// Needs     a vision transformer with a class token, and an augmentation with one view and an order of its patches:
///           augmentations::mae
/// Options   none
/// State     none
/// Exports   the encoder as trained, which then sees all patches; the decoder is thrown away
/// Errors    compile time: E102 (no class token, or registers), E106 (an encoder of another patch), E132 (patches that do not divide the
///           image), E137 (an encoder without tokens), E304, E305 (other views, patches or orders)
/// Cost      the encoder's is that of a quarter of the patches; the decoder sees all
/// Source    He et al. 2021, arXiv:2111.06377; facebookresearch/mae. Deviation: weights are drawn as timm draws those of vision
///           transformers (theirs: uniform, by Glorot)
template <mae_config Config = mae_config{}>
struct mae : objective_defaults {
  static constexpr int visible = Config.visible();
  using decoder = layers::masked_decoder<layers::masked_decoder_config{.grid_h = Config.grid_h(),
                                                                       .grid_w = Config.grid_w(),
                                                                       .visible = visible,
                                                                       .out = Config.numbers(),
                                                                       .width = Config.decoder_width,
                                                                       .depth = Config.decoder_depth,
                                                                       .heads = Config.decoder_heads,
                                                                       .hidden = 4 * Config.decoder_width}>;
  using networks = type_list<named<"decoder", decoder>>;
  using loss = ssl::losses::masked_patches<ssl::losses::masked_patches_config{
      .patch = Config.patch, .visible = visible, .target = Config.target}>;
  using losses = type_list<named<"pixels", loss>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto views = g.views(0);                                                      // (N, H, W, C)
    auto order = g.mask(0);                                                       // (N, H / P, W / P, 1) integers
    auto seen = g.apply("encoder", views, {.mask = order, .visible = visible});   // (N, 1, 1 + visible, D)
    g.loss("pixels", {g.apply("decoder", seen, {.mask = order}), views, order});  // (N, 1, T, P P C)
  });
  static constexpr bool accepts(augmentations::view_layout const& l) {
    augmentations::view_group const view{1, {1, Config.image_h, Config.image_w, Config.channels}};
    augmentations::view_group const order{1, {1, Config.grid_h(), Config.grid_w(), 1}};
    return l.groups >= 1 && l.group[0] == view && l.mask_wires >= 1 && l.mask[0] == order;
  }
};

}  // namespace ssl::objectives
