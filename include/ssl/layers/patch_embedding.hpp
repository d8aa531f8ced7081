// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/conv2d.hpp"

namespace ssl::layers {

struct patch_config {
  int patch = 16;  ///< side, in pixels
  int width = 0;   ///< of a token
};

/// Cuts an image into square patches, each mapped to a token.
///
/// Shapes    x: (N, H, W, C) -> y: (N, H / P, W / P, D); parameters proj.weight (D, P, P, C) in memory, OIHW in files, proj.bias (D)
/// Errors    E101 a size that is not positive; E102 an image whose sides are not multiples of the patch
/// Cost      a convolution whose stride is its kernel
/// Source    timm's PatchEmbed: names and initialisation, torch.nn.Conv2d's own. Deviation: none
template <patch_config Config>
struct patch_embedding
    : sequential<named<"proj", conv2d<conv_config{.out = Config.width, .kernel = Config.patch, .stride = Config.patch, .bias = bias::yes,
                                                  .init = conv_init::pytorch}>>> {
  using projection = typename patch_embedding::sequential;
  static constexpr verdict check(shape in) {
    if (Config.patch > 0 && (in.h % Config.patch != 0 || in.w % Config.patch != 0)) return {.accepted = false, .in = in};
    return projection::check(in);
  }
};

}  // namespace ssl::layers
