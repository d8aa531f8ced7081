// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/mlp.hpp"
#include "ssl/ops/products.hpp"

namespace ssl::layers {

/// Half of the channels gate the other half.
///
/// Formula   y = silu(a) b, [a | b] = x
/// Shapes    x: (N, H, W, 2 C) -> y: (N, H, W, C)
/// Gradient  writes gx
/// Errors    E102 an odd number of channels
/// Cost      one pass each way; backward reads x again
struct gated_silu : primitive<gated_silu> {
  static constexpr bool accepts(shape in) { return in.c % 2 == 0; }
  static constexpr shape output(shape in) { return in.with_channels(in.c / 2); }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in), .reads_input = true};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = In.rows(), cols = In.c / 2;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, rows, cols, ops::gated_silu_cell<T>{f.at(op->x), f.at(op->y), cols});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        backend::map2d(c, rows, cols, ops::gated_silu_gradient_cell<T>{f.at(op->gy), f.at(op->x), f.at(op->gx), cols});
    }
  };
};

namespace detail {
template <fixed_string In, fixed_string Out, mlp_config Config>
struct gated_mlp
    : sequential<named<In, linear<linear_config{.out = 2 * Config.hidden, .init = linear_init::vit}>>, named<"", gated_silu>,
                 named<Out, linear<linear_config{.out = Config.out, .init = linear_init::vit}>>> {};
}  // namespace detail

/// The gated feed-forward network, `hidden` being the width behind the gate.
///
/// Formula   y = w3(silu(a) b), [a | b] = w12(x)
/// Shapes    x: (N, H, W, I) -> y: (N, H, W, O); w12.weight (2 hidden, I), w3.weight (O, hidden), both with a bias
/// Source    Shazeer 2020, arXiv:2002.05202; DINOv2's SwiGLUFFN: names. Deviation: weights are drawn as timm's vision transformers draw theirs
template <mlp_config Config>
struct swiglu : detail::gated_mlp<"w12", "w3", Config> {};

/// The same under timm's names fc1 and fc2: its SwiGLUPacked, whose hidden_features are both halves, 2 hidden here.
template <mlp_config Config>
struct swiglu_packed : detail::gated_mlp<"fc1", "fc2", Config> {};

/// The hidden width of DINOv2's SwiGLUFFNFused for that of a plain mlp: two thirds, rounded up to a multiple of 8.
constexpr int swiglu_hidden(int mlp_hidden) { return (2 * mlp_hidden / 3 + 7) / 8 * 8; }

}  // namespace ssl::layers
