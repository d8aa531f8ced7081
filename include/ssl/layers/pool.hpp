// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/convolution.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/ops/layer_norm.hpp"
#include "ssl/ops/pool.hpp"

namespace ssl::layers {

struct pool_config {
  int kernel = 2;
  int stride = 2;
  int padding = 0;  ///< at most half the kernel, so that every window holds a pixel
};

namespace detail {
/// What both pools say about shapes.
template <class Self, pool_config Config>
struct pool_shape : primitive<Self> {
  static constexpr bool valid = Config.kernel > 0 && Config.stride > 0 && Config.padding >= 0 && 2 * Config.padding <= Config.kernel;
  static constexpr bool accepts(shape in) {
    return in.h + 2 * Config.padding >= Config.kernel && in.w + 2 * Config.padding >= Config.kernel;
  }
  static constexpr int extent(int in) { return valid ? (in + 2 * Config.padding - Config.kernel) / Config.stride + 1 : 0; }
  static constexpr shape output(shape in) { return {in.n, extent(in.h), extent(in.w), in.c}; }
  static constexpr backends::convolution geometry(shape in) {
    shape const out = output(in);
    return {.n = in.n, .h = in.h, .w = in.w, .c_in = in.c, .out_h = out.h, .out_w = out.w, .c_out = out.c,
            .kernel_h = Config.kernel, .kernel_w = Config.kernel, .stride = Config.stride, .padding = Config.padding};
  }
};
}  // namespace detail

/// The largest value of every window.
///
/// Shapes    x: (N, H, W, C) -> y: (N, (H + 2p - k) / s + 1, (W + 2p - k) / s + 1, C)
/// Gradient  writes gx; of equal values the first in row-major window order takes the whole gradient
/// Errors    E101 a size that is not positive or a padding above half the kernel; E102 a kernel larger than the padded image
/// Cost      k^2 comparisons per output; backward k^2 per input, keeps one number per output
/// Source    torch.nn.MaxPool2d, padding as minus infinity. Deviation: none
template <pool_config Config = pool_config{}>
struct max_pool : detail::pool_shape<max_pool<Config>, Config> {
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = max_pool::output(in), .saved = max_pool::output(in).elements()};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, max_pool::output(In).rows(), In.c,
                     ops::max_pool_cell<T>{f.at(op->x), f.at(op->y), f.at(op->saved), max_pool::geometry(In)});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        backend::map2d(c, In.rows(), In.c, ops::pool_gradient_cell<T>{f.at(op->gy), f.at(op->saved), f.at(op->gx), max_pool::geometry(In)});
    }
  };
};

/// The mean of every window; padding counts as zeros.
///
/// Shapes    x: (N, H, W, C) -> y: (N, (H + 2p - k) / s + 1, (W + 2p - k) / s + 1, C)
/// Gradient  writes gx
/// Errors    as max_pool
/// Source    torch.nn.AvgPool2d, count_include_pad = true. Deviation: none
template <pool_config Config = pool_config{}>
struct avg_pool : detail::pool_shape<avg_pool<Config>, Config> {
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = avg_pool::output(in)};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, avg_pool::output(In).rows(), In.c, ops::average_pool_cell<T>{f.at(op->x), f.at(op->y), avg_pool::geometry(In)});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        backend::map2d(c, In.rows(), In.c, ops::pool_gradient_cell<T>{f.at(op->gy), nullptr, f.at(op->gx), avg_pool::geometry(In)});
    }
  };
};

/// The mean over the tokens of every image from token First on: First skips class and register tokens.
///
/// Shapes    x: (N, H, W, C) -> y: (N, 1, 1, C)
/// Gradient  writes gx, zero for the tokens skipped
/// Errors    E101 First below 0; E102 no token left
template <int First>
struct token_mean : primitive<token_mean<First>> {
  static constexpr bool valid = First >= 0;
  static constexpr bool accepts(shape in) { return in.tokens() > First; }
  static constexpr shape output(shape in) { return {in.n, 1, 1, in.c}; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in)};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index count = In.tokens() - First;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::sum_rows(c, index{In.n} * In.c, count, ops::token_value<T>{f.at(op->x), In.tokens(), First, In.c},
                        ops::store_row_mean<T>{f.at(op->y), T(count)});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        backend::map2d(c, In.rows(), In.c, ops::token_mean_gradient_cell<T>{f.at(op->gy), f.at(op->gx), In.tokens(), First, In.c});
    }
  };
};

/// The mean over all places of every image.  Source  torch.nn.AdaptiveAvgPool2d(1). Deviation: none
struct global_average_pool : token_mean<0> {};

}  // namespace ssl::layers
