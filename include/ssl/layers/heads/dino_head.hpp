// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/weight_norm_linear.hpp"

namespace ssl::layers {

struct dino_head_config {
  int hidden = 2048;
  int bottleneck = 256;
  int out = 65'536;                  ///< prototypes
  int layers = 3;                    ///< of the mlp
  head_norm norm = head_norm::none;  ///< of the hidden layers; solo-learn trains ResNets with scale_and_shift
  layers::gain gain = gain::one;     ///< lengths of the prototypes
};

/// The head of DINO and DINOv2: an mlp with GELU, embeddings of unit length, prototypes.
///
/// Formula   y = prototypes(x' / |x'|), x' = mlp(x)
/// Shapes    x: (N, H, W, I) -> y: (N, H, W, out)
/// Errors    E101 a width that is not positive, or an mlp of other than 1 to 8 layers
/// Names     mlp.hidden1.linear.weight, ..., mlp.last.linear.weight, last_layer.weight_v
/// Source    Caron et al. 2021, arXiv:2104.14294; facebookresearch/dino: DINOHead and its initialisation. Deviation: none
template <dino_head_config Config = dino_head_config{}>
struct dino_head
    : sequential<named<"mlp", head<dino_projection({.hidden = Config.hidden, .out = Config.bottleneck, .layers = Config.layers},
                                                   Config.norm)>>,
                 named<"", l2_normalize>,
                 named<"last_layer", weight_norm_linear<weight_norm_linear_config{.out = Config.out, .gain = Config.gain}>>> {};

}  // namespace ssl::layers
