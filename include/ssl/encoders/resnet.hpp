// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/residual.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/layers/pool.hpp"

namespace ssl::encoders {

enum class resnet_block {
  basic,      ///< two 3x3 convolutions
  bottleneck  ///< 1x1, 3x3 and 1x1 with four times the width; the 3x3 has the stride
};

enum class resnet_stem {
  imagenet,  ///< 7x7 with stride 2, max pool with stride 2
  cifar      ///< 3x3 with stride 1, no pool
};

/// The scale of a block's last batch norm at the beginning.
enum class resnet_start {
  one,
  zero  ///< every block begins as its shortcut: torchvision's zero_init_residual
};

struct resnet_config {
  resnet_block block = resnet_block::basic;
  int depth[4] = {2, 2, 2, 2};         ///< blocks of each stage; 0: there is no such stage
  int width[4] = {64, 128, 256, 512};  ///< of each stage's 3x3 convolutions
  int stem_width = 64;
  resnet_stem stem = resnet_stem::imagenet;
  resnet_start start = resnet_start::one;
  int classes = 0;  ///< outputs of a linear head; 0: no head
};

namespace detail {

struct residual_config {
  int width = 0, out = 0, stride = 1;
  resnet_start start = resnet_start::one;
};

template <int Out, int Kernel, int Stride = 1>
using resnet_conv = layers::conv2d<layers::conv_config{.out = Out, .kernel = Kernel, .stride = Stride, .padding = Kernel / 2}>;

template <resnet_start Start>
using resnet_last_norm = layers::batch_norm<layers::batch_norm_config{
    .scale_millionths = Start == resnet_start::zero ? 0 : layers::batch_norm_config{}.scale_millionths}>;

template <residual_config C>
struct basic_branch : layers::sequential<named<"conv1", resnet_conv<C.width, 3, C.stride>>, named<"bn1", layers::batch_norm<>>,
                                         named<"", layers::relu>, named<"conv2", resnet_conv<C.out, 3>>,
                                         named<"bn2", resnet_last_norm<C.start>>> {};

template <residual_config C>
struct bottleneck_branch : layers::sequential<named<"conv1", resnet_conv<C.width, 1>>, named<"bn1", layers::batch_norm<>>,
                                              named<"", layers::relu>, named<"conv2", resnet_conv<C.width, 3, C.stride>>,
                                              named<"bn2", layers::batch_norm<>>, named<"", layers::relu>,
                                              named<"conv3", resnet_conv<C.out, 1>>, named<"bn3", resnet_last_norm<C.start>>> {};

template <int Out, int Stride>
struct downsample : layers::sequential<named<"0", resnet_conv<Out, 1, Stride>>, named<"1", layers::batch_norm<>>> {};

template <class Branch, class Shortcut>
struct residual_block
    : layers::sequential<named<"", layers::residual<named<"", Branch>, named<"downsample", Shortcut>>>, named<"", layers::relu>> {
};

/// What a stage is made of: the first block may change the shape, the others are equal and share their code.
template <resnet_config Config, int Stage>
struct stage_parts {
  static constexpr int expansion = Config.block == resnet_block::bottleneck ? 4 : 1;
  static constexpr int in = Stage == 0 ? Config.stem_width : expansion * Config.width[Stage > 0 ? Stage - 1 : 0];
  static constexpr residual_config other{
      .width = Config.width[Stage], .out = expansion * Config.width[Stage], .start = Config.start};
  static constexpr residual_config first{
      .width = other.width, .out = other.out, .stride = Stage == 0 ? 1 : 2, .start = Config.start};
  static constexpr bool keeps_shape = first.stride == 1 && in == first.out;

  template <residual_config C>
  using branch = std::conditional_t<Config.block == resnet_block::basic, basic_branch<C>, bottleneck_branch<C>>;
  using shortcut = std::conditional_t<keeps_shape, layers::identity, downsample<first.out, first.stride>>;
  template <bool IsFirst>
  using block =
      std::conditional_t<IsFirst, residual_block<branch<first>, shortcut>, residual_block<branch<other>, layers::identity>>;
};

template <resnet_config Config, int Stage,
          class Blocks = std::make_index_sequence<(Config.depth[Stage] > 0 ? Config.depth[Stage] : 0)>>
struct resnet_stage;
template <resnet_config Config, int Stage, std::size_t... I>
struct resnet_stage<Config, Stage, std::index_sequence<I...>>
    : layers::sequential<named<numbered("", I), typename stage_parts<Config, Stage>::template block<I == 0>>...> {};

template <resnet_config Config, int Stage>
struct resnet_stage<Config, Stage, std::index_sequence<>> : layers::identity {};

template <resnet_config Config>
struct resnet_parts {
  static constexpr bool is_cifar = Config.stem == resnet_stem::cifar;
  using conv = resnet_conv<Config.stem_width, is_cifar ? 3 : 7, is_cifar ? 1 : 2>;
  using pool = std::conditional_t<is_cifar, layers::identity,
                                  layers::max_pool<layers::pool_config{.kernel = 3, .stride = 2, .padding = 1}>>;
  using head =
      std::conditional_t<(Config.classes > 0), layers::linear<layers::linear_config{.out = Config.classes}>, layers::identity>;
};

template <resnet_config Config>
struct resnet_map
    : layers::sequential<named<"conv1", typename resnet_parts<Config>::conv>,  // (N, H, W, stem), (N, H / 2, W / 2, stem)
                         named<"bn1", layers::batch_norm<>>, named<"", layers::relu>,
                         named<"", typename resnet_parts<Config>::pool>, named<"layer1", resnet_stage<Config, 0>>,
                         named<"layer2", resnet_stage<Config, 1>>, named<"layer3", resnet_stage<Config, 2>>,
                         named<"layer4", resnet_stage<Config, 3>>> {
  static constexpr verdict check(shape in) {
    bool valid = Config.stem_width > 0 && Config.depth[0] > 0;
    for (int stage = 0; stage < 4; ++stage) valid = valid && Config.depth[stage] >= 0 && Config.width[stage] > 0;
    return valid ? resnet_map::sequential::check(in) : verdict{.valid = false, .in = in};
  }
};

}  // namespace detail

/// Residual network.
///
/// Shapes    x: (N, H, W, C) -> y: (N, 1, 1, D), D the last stage's width, times 4 with bottlenecks; (N, 1, 1, K) with a head of K
///           classes. Every stage but the first halves the map, so does each half of the ImageNet stem
/// Errors    E101 a width that is not positive, a negative depth, no block in the first stage
/// Cost      compile time grows with the different blocks, two a stage, not with their number
/// Names     conv1.weight, bn1.weight, layer1.0.conv1.weight, layer2.0.downsample.0.weight, ..., fc.weight
/// Source    He et al. 2015, arXiv:1512.03385; torchvision's ResNet: names, strides of bottlenecks (v1.5), initialisation.
///           Deviation: none
template <resnet_config Config = resnet_config{}>
struct resnet : layers::sequential<named<"", detail::resnet_map<Config>>, named<"", layers::global_average_pool>,  // (N, 1, 1, D)
                                   named<"fc", typename detail::resnet_parts<Config>::head>> {
  static constexpr resnet_config config = Config;
  using feature_map = detail::resnet_map<Config>;
};

/// Source  torchvision's models of these names
struct resnet18 : resnet<> {};
struct resnet34 : resnet<resnet_config{.depth = {3, 4, 6, 3}}> {};
struct resnet50 : resnet<resnet_config{.block = resnet_block::bottleneck, .depth = {3, 4, 6, 3}}> {};

/// For images of 32 pixels: the stem of SimCLR's experiments on CIFAR, Chen et al. 2020, appendix B.9
struct resnet18_cifar : resnet<resnet_config{.stem = resnet_stem::cifar}> {};

/// Three narrow stages. Source  He et al. 2015, section 4.2. Deviation: a shortcut that changes the shape is a 1x1 convolution with
/// batch norm, the paper's option B, where it pads with zeros
struct resnet20
    : resnet<resnet_config{.depth = {3, 3, 3, 0}, .width = {16, 32, 64, 128}, .stem_width = 16, .stem = resnet_stem::cifar}> {};

}  // namespace ssl::encoders
