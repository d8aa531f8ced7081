// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/encoders/lightness.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/pool.hpp"

namespace ssl::encoders {

namespace detail {

template <int Width, int Stride = 1, int Dilation = 1>
struct colorization_conv : layers::sequential<named<"", layers::conv2d<layers::conv_config{.out = Width,
                                                                                           .stride = Stride,
                                                                                           .padding = Dilation,
                                                                                           .dilation = Dilation,
                                                                                           .bias = layers::bias::yes,
                                                                                           .init = layers::conv_init::pytorch}>>,
                                              named<"", layers::relu>> {};
using colorization_norm = layers::batch_norm<layers::batch_norm_config{.affine = layers::affine::none}>;

template <int Width>
struct colorization_pair : layers::sequential<named<"conv1", colorization_conv<Width>>,
                                              named<"conv2", colorization_conv<Width, 2>>, named<"bn", colorization_norm>> {};
template <int Width, int Stride = 1, int Dilation = 1>
struct colorization_triple
    : layers::sequential<named<"conv1", colorization_conv<Width, 1, Dilation>>,
                         named<"conv2", colorization_conv<Width, 1, Dilation>>,
                         named<"conv3", colorization_conv<Width, Stride, Dilation>>, named<"bn", colorization_norm>> {};

template <int Width>
struct colorization_map
    : layers::sequential<named<"block1", colorization_pair<Width>>,           // (N, H / 2, W / 2, 64)
                         named<"block2", colorization_pair<2 * Width>>,       // (N, H / 4, W / 4, 128)
                         named<"block3", colorization_triple<4 * Width, 2>>,  // (N, H / 8, W / 8, 256)
                         named<"block4", colorization_triple<8 * Width>>, named<"block5", colorization_triple<8 * Width, 1, 2>>,
                         named<"block6", colorization_triple<8 * Width, 1, 2>>, named<"block7", colorization_triple<8 * Width>>> {
};  // (N, H / 8, W / 8, 512)

template <int Width>
struct colorization_trunk : layers::sequential<named<"", colorization_map<Width>>, named<"", layers::global_average_pool>> {
  using feature_map = colorization_map<Width>;
};

}  // namespace detail

/// The encoder that colorization was published with: seven blocks of 3 x 3 convolutions, two of them dilated, batch norm without scale and
/// shift at the end of each.
///
/// Shapes    x: (N, H, W, 3), sRGB in [0, 1] -> y: (N, 1, 1, 8 Width), the mean of the map (N, H / 8, W / 8, 8 Width)
/// Errors    E101 a width that is not positive
/// Names     block1.conv1.weight, block1.bn.running_mean, ...
/// Source    Zhang et al. 2016, arXiv:1603.08511; richzhang/colorization: colorization_train_val_v2.prototxt, conv1 to conv7. Deviation:
///           weights are drawn as torch.nn.Conv2d draws them
template <int Width = 64>
struct colorization_net : lightness<detail::colorization_trunk<Width>> {};

}  // namespace ssl::encoders
