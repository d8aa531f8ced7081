// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/encoders/encoder.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/pool.hpp"

namespace ssl::encoders {

struct context_encoder_config {
  int width = 64;    ///< channels of the largest map; each of the last three stages has twice as many as the one before
  int halvings = 5;  ///< 1 to 5: of 128 pixels to a map of 4 x 4
};

namespace detail {

template <context_encoder_config Config, int I>
struct context_stage {
  static constexpr int halvings_left = Config.halvings - 1 - I, doublings = halvings_left < 3 ? 3 - halvings_left : 0;
  using conv = layers::conv2d<layers::conv_config{
      .out = Config.width << doublings, .kernel = 4, .stride = 2, .padding = 1, .init = layers::conv_init::gan}>;
  using norm = std::conditional_t<(I > 0), layers::batch_norm<>, layers::identity>;
  using stage = layers::sequential<named<"conv", conv>, named<"bn", norm>, named<"", layers::leaky_relu<200'000>>>;
  using type = std::conditional_t<(I < Config.halvings), stage, layers::identity>;
};

template <context_encoder_config Config>
struct context_map
    : layers::sequential<
          named<"stage1", typename context_stage<Config, 0>::type>,  // (N, H / 2, W / 2, width)
          named<"stage2", typename context_stage<Config, 1>::type>, named<"stage3", typename context_stage<Config, 2>::type>,
          named<"stage4", typename context_stage<Config, 3>::type>, named<"stage5", typename context_stage<Config, 4>::type>> {
  static constexpr verdict check(shape in) {
    bool const valid = Config.width > 0 && Config.halvings >= 1 && Config.halvings <= 5;
    return valid ? context_map::sequential::check(in) : verdict{.valid = false, .in = in};
  }
};

}  // namespace detail

/// The encoder that inpainting was published with: convolutions of 4 x 4 that halve the map, batch norm on all but the first, leaky ReLU.
///
/// Shapes    x: (N, H, W, C) -> y: (N, 1, 1, 8 width), the mean of the map (N, H / 32, W / 32, 8 width)
/// Errors    E101 a width that is not positive, or other than 1 to 5 halvings
/// Names     stage1.conv.weight, stage2.bn.weight, ...
/// Source    Pathak et al. 2016, arXiv:1604.07379; pathak22/context-encoder: train.lua (64, 64, 128, 256, 512). Deviation: the bottleneck
///           belongs to the objective
template <context_encoder_config Config = context_encoder_config{}>
struct context_encoder : layers::sequential<named<"", detail::context_map<Config>>, named<"", layers::global_average_pool>> {
  using feature_map = detail::context_map<Config>;
};

}  // namespace ssl::encoders
