// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/pool.hpp"

namespace ssl::encoders {

struct nin_config {
  int blocks = 4;  ///< 1 to 4; fewer give the features of an earlier block
  int width = 192;
  int second_width = 160;  ///< of the first block's second and third convolution
  int third_width = 96;
};

namespace detail {

template <int Out, int Kernel>
struct nin_layer
    : layers::sequential<
          named<"conv", layers::conv2d<layers::conv_config{.out = Out, .kernel = Kernel, .padding = (Kernel - 1) / 2}>>,
          named<"bn", layers::batch_norm<>>, named<"", layers::relu>> {};

template <int Kernel, int First, int Second, int Third, class Pool>
struct nin_block : layers::sequential<named<"conv1", nin_layer<First, Kernel>>, named<"conv2", nin_layer<Second, 1>>,
                                      named<"conv3", nin_layer<Third, 1>>, named<"", Pool>> {};

template <nin_config Config>
struct nin_parts {
  static constexpr layers::pool_config halving{.kernel = 3, .stride = 2, .padding = 1};
  static constexpr int width = Config.width;
  template <int I, class Block>
  using if_wanted = std::conditional_t<(I <= Config.blocks), Block, layers::identity>;

  using block1 = nin_block<5, width, Config.second_width, Config.third_width, layers::max_pool<halving>>;
  using block2 = if_wanted<2, nin_block<5, width, width, width, layers::avg_pool<halving>>>;
  using block3 = if_wanted<3, nin_block<3, width, width, width, layers::identity>>;
  using block4 = if_wanted<4, nin_block<3, width, width, width, layers::identity>>;
};

template <nin_config Config>
struct nin_map : layers::sequential<named<"block1", typename nin_parts<Config>::block1>,  // (N, H / 2, W / 2, third_width)
                                    named<"block2", typename nin_parts<Config>::block2>,  // (N, H / 4, W / 4, width)
                                    named<"block3", typename nin_parts<Config>::block3>,
                                    named<"block4", typename nin_parts<Config>::block4>> {
  static constexpr verdict check(shape in) {
    bool const valid = Config.blocks >= 1 && Config.blocks <= 4;
    return valid ? nin_map::sequential::check(in) : verdict{.valid = false, .in = in};
  }
};

}  // namespace detail

/// Network in network for small images, the encoder of rotation prediction.
///
/// Shapes    x: (N, H, W, C) -> y: (N, 1, 1, width), (N, 1, 1, third_width) after one block. The first two blocks halve the map
/// Errors    E101 a width that is not positive, or other than 1 to 4 blocks
/// Names     block1.conv1.conv.weight, block1.conv1.bn.weight, ...
/// Source    gidariss/FeatureLearningRotNet: architectures/NetworkInNetwork.py, after Lin et al. 2013, arXiv:1312.4400. Deviation: none;
///           the linear layer that tells the rotations apart belongs to the objective
template <nin_config Config = nin_config{}>
struct nin : layers::sequential<named<"", detail::nin_map<Config>>, named<"", layers::global_average_pool>> {  // (N, 1, 1, width)
  using feature_map = detail::nin_map<Config>;
};

}  // namespace ssl::encoders
