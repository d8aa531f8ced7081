// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/linear.hpp"

namespace ssl::layers {

struct mlp_config {
  int hidden = 0;
  int out = 0;
};

/// Two linear layers with GELU between them, as in a transformer block.
///
/// Formula   y = fc2(gelu(fc1(x)))
/// Shapes    x: (N, H, W, I) -> y: (N, H, W, O)
/// Source    timm's Mlp: names and the initialisation of its vision transformers. Deviation: none
template <mlp_config Config>
struct mlp : sequential<named<"fc1", linear<linear_config{.out = Config.hidden, .init = linear_init::vit}>>, named<"", gelu>,
                        named<"fc2", linear<linear_config{.out = Config.out, .init = linear_init::vit}>>> {};

}  // namespace ssl::layers
