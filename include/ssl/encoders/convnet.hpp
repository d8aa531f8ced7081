// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/pool.hpp"

namespace ssl::encoders {

struct convnet_config {
  int width = 32;  ///< channels of the first stage; each further stage has twice as many
  int stages = 4;  ///< 1 to 6; all but the first halve the image
  int kernel = 3;  ///< odd
};

namespace detail {

template <int Width, int Kernel, int Stride>
struct convnet_stage
    : layers::sequential<named<"conv", layers::conv2d<layers::conv_config{
                                           .out = Width, .kernel = Kernel, .stride = Stride, .padding = Kernel / 2}>>,
                         named<"bn", layers::batch_norm<>>, named<"", layers::relu>> {};

/// Stage I, or nothing where the network has fewer.
template <convnet_config Config, int I>
using convnet_stage_at =
    std::conditional_t<(I < Config.stages), convnet_stage<(Config.width << I), Config.kernel, I == 0 ? 1 : 2>, layers::identity>;

/// The stages: (N, H, W, C) -> (N, H / 2^(stages - 1), W / 2^(stages - 1), width 2^(stages - 1))
template <convnet_config Config>
struct convnet_map
    : layers::sequential<named<"stage1", convnet_stage_at<Config, 0>>,  // (N, H, W, width)
                         named<"stage2", convnet_stage_at<Config, 1>>,  // (N, H / 2, W / 2, 2 width)
                         named<"stage3", convnet_stage_at<Config, 2>>, named<"stage4", convnet_stage_at<Config, 3>>,
                         named<"stage5", convnet_stage_at<Config, 4>>, named<"stage6", convnet_stage_at<Config, 5>>> {
  static constexpr verdict check(shape in) {
    bool const valid = Config.width > 0 && Config.stages >= 1 && Config.stages <= 6 && Config.kernel % 2 == 1;
    return valid ? convnet_map::sequential::check(in) : verdict{.valid = false, .in = in};
  }
};

}  // namespace detail

/// A plain convolutional encoder for small images: stages of convolution, batch norm and ReLU, then the mean over all places.
///
/// Shapes    x: (N, H, W, C) -> y: (N, 1, 1, width 2^(stages - 1))
/// Errors    E101 a width or a kernel that is not positive, more than 6 stages
/// Names     stage1.conv.weight, stage1.bn.weight, ...
/// Source    the ConvNet of many few-shot papers without its pools; stride 2 instead. Convolutions without bias, drawn as
/// torchvision's
template <convnet_config Config = convnet_config{}>
struct convnet : layers::sequential<named<"", detail::convnet_map<Config>>,
                                    named<"pool", layers::global_average_pool>> {  // (N, 1, 1, width 2^(stages - 1))
  using feature_map = detail::convnet_map<Config>;
};

}  // namespace ssl::encoders
