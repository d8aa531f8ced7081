// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/encoders/encoder.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/lab.hpp"
#include "ssl/layers/rearrange.hpp"

namespace ssl::encoders {

namespace detail {
template <class Network>
struct of_lightness : layers::sequential<named<"", layers::lab>,                  // (N, H, W, 3)
                                         named<"", layers::channel_slice<0, 1>>,  // (N, H, W, 1)
                                         named<"", Network>> {};
}  // namespace detail

/// An encoder that sees how light a picture is and not its colours: what colorization trains. It takes colour pictures like any other
/// encoder, so that it is evaluated, fine-tuned and shipped like any other.
///
/// Shapes    x: (N, H, W, 3), sRGB in [0, 1] -> y: what Encoder makes of (N, H, W, 1), L of CIE Lab as (L - 50) / 100
/// Requires  views that are not normalised
/// Errors    E102 a picture without three channels
/// Names     those of Encoder
template <class Encoder>
struct lightness : detail::of_lightness<Encoder> {
  using feature_map = detail::of_lightness<feature_map_of<Encoder>>;
  static constexpr bool sees_colour = false;
};

}  // namespace ssl::encoders
