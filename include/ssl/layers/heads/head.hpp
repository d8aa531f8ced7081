// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/linear.hpp"

namespace ssl::layers {

/// The batch norm of a stage, by what it learns.
enum class head_norm { none, plain, scale, scale_and_shift };

enum class head_activation { none, relu, gelu };

/// Linear layer, batch norm, activation.
struct head_stage {
  layers::bias bias = layers::bias::none;
  linear_init init = linear_init::pytorch;
  head_norm norm = head_norm::scale_and_shift;
  head_activation activation = head_activation::relu;
};

struct head_config {
  int hidden = 2048;
  int out = 128;
  int layers = 2;  ///< stages: layers - 1 hidden ones and the last
  head_stage hidden_stage{};
  head_stage last_stage{.bias = bias::yes, .norm = head_norm::none, .activation = head_activation::none};
};

namespace detail {

template <head_stage Stage>
struct head_parts {
  static constexpr affine learned = Stage.norm == head_norm::plain   ? affine::none
                                    : Stage.norm == head_norm::scale ? affine::scale
                                                                     : affine::scale_and_shift;
  using norm = std::conditional_t<Stage.norm == head_norm::none, identity, batch_norm<batch_norm_config{.affine = learned}>>;
  using activation = std::conditional_t<Stage.activation == head_activation::none, identity,
                                        std::conditional_t<Stage.activation == head_activation::relu, relu, gelu>>;
};

template <head_stage Stage, int Out>
struct head_layer : sequential<named<"linear", linear<linear_config{.out = Out, .bias = Stage.bias, .init = Stage.init}>>,
                               named<"bn", typename head_parts<Stage>::norm>, named<"", typename head_parts<Stage>::activation>> {
};

template <head_config Config, class Hidden>
struct head_layers;
template <head_config Config, std::size_t... I>
struct head_layers<Config, std::index_sequence<I...>>
    : sequential<named<numbered("hidden", I + 1), head_layer<Config.hidden_stage, Config.hidden>>...,
                 named<"last", head_layer<Config.last_stage, Config.out>>> {};

}  // namespace detail

/// A small network behind an encoder: projection and prediction heads of all methods. What each of them is, presets.hpp says.
///
/// Shapes    x: (N, H, W, I) -> y: (N, H, W, out)
/// Errors    E101 a width that is not positive, or other than 1 to 8 layers
/// Names     hidden1.linear.weight, hidden1.bn.weight, ..., last.linear.weight, ...
template <head_config Config>
struct head
    : detail::head_layers<Config, std::make_index_sequence<(Config.layers > 1 && Config.layers <= 8 ? Config.layers - 1 : 0)>> {
  static constexpr verdict check(shape in) {
    return Config.layers >= 1 && Config.layers <= 8 ? head::sequential::check(in) : verdict{.valid = false, .in = in};
  }
};

}  // namespace ssl::layers
