// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/conv2d.hpp"
#include "ssl/ops/convolution.hpp"

namespace ssl::layers {

struct conv_transpose_config {
  int out = 0;
  int kernel = 4;
  int stride = 2;
  int padding = 1;
  int output_padding = 0;  ///< rows and columns more, below the stride: a stride of 2 makes 2H - 1 or 2H rows with a kernel of 3
  layers::bias bias = layers::bias::yes;
  conv_init init = conv_init::pytorch;  ///< or gan
};

/// Transposed convolution: the map that takes a convolution's output gradient to its input gradient. Enlarges maps in decoders.
///
/// Formula   y[n,h,w,o] = b[o] + sum over i and all x[n,iy,ix,i] W[i,ky,kx,o] with h = iy s - p + ky, w = ix s - p + kx
/// Shapes    x: (N, H, W, I) -> y: (N, (H - 1) s - 2p + k + output_padding, (W - 1) s - ..., O); weight: (I, k, k, O) in memory, (I, O,
///           k, k) in files
/// Gradient  writes gx; accumulates weight and bias
/// Errors    E101 a size that is not positive, an output padding that is not below the stride, weights drawn as torchvision; E102 an input that gives an empty output
/// Cost      the three products of a convolution from O to I channels, in other roles; backward reads x again
/// Source    torch.nn.ConvTranspose2d: names, layout and initialisation. Deviation: no groups and dilation
template <conv_transpose_config Config>
struct conv_transpose2d : primitive<conv_transpose2d<Config>> {
  static constexpr bool valid = Config.out > 0 && Config.kernel > 0 && Config.stride > 0 && Config.padding >= 0 &&
                                Config.output_padding >= 0 && Config.output_padding < Config.stride && Config.init != conv_init::torchvision;
  static constexpr bool has_bias = Config.bias == bias::yes, own = Config.init == conv_init::pytorch;
  static constexpr int extent(int in) { return (in - 1) * Config.stride - 2 * Config.padding + Config.kernel + Config.output_padding; }
  static constexpr shape output(shape in) { return {in.n, extent(in.h), extent(in.w), Config.out}; }

  /// Of the convolution that this transposes: from y to x.
  static constexpr backends::convolution geometry(shape in) {
    shape const out = output(in);
    return {.n = in.n, .h = out.h, .w = out.w, .c_in = out.c, .out_h = in.h, .out_w = in.w, .c_out = in.c,
            .kernel_h = Config.kernel, .kernel_w = Config.kernel, .stride = Config.stride, .padding = Config.padding};
  }
  template <class Env>
  using passes = ops::convolution_passes<typename Env::backend, typename Env::scalar, false>;

  template <class Env>
  static constexpr requirements require(shape in) {
    index const workspace = passes<Env>::workspace(geometry(in));
    requirements r{.output = output(in), .workspace_forward = workspace, .workspace_backward = workspace, .reads_input = true,
                   .parameters = has_bias ? 2 : 1};
    initializer const uniform{.rule = initializer_rule::uniform_inverse_root, .fan = Config.out * Config.kernel * Config.kernel};
    r.parameter[0] = {.label = "weight", .rank = 4, .extents = {in.c, Config.kernel, Config.kernel, Config.out},
                      .initial = own ? uniform : gan_weight};
    r.parameter[1] = {.label = "bias", .extents = {Config.out, 1, 1, 1}, .initial = own ? uniform : initializer{}, .kind = parameter_kind::bias};
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr backends::convolution g = geometry(In);
    static constexpr shape out = output(In);

    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      passes<Env>::backward_input(c, g, f.at(op->x), f.parameter(op, 0), f.at(op->y), f.at(op->workspace_forward));
      if constexpr (has_bias) backend::map2d(c, out.rows(), out.c, ops::add_row_cell<T>{f.parameter(op, 1), f.at(op->y), out.c});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      T* workspace = f.at(op->workspace_backward);
      if constexpr (Env::how.updates_weights) {
        passes<Env>::backward_weight(c, g, gy, f.at(op->x), f.gradient(op, 0), workspace);
        if constexpr (has_bias)
          backend::sum_cols(c, out.rows(), out.c, ops::value_at<T>{gy, out.c}, ops::store_added<T>{f.gradient(op, 1)});
      }
      if (op->gx.exists()) passes<Env>::forward(c, g, gy, f.parameter(op, 0), nullptr, f.at(op->gx), workspace);
    }
  };
};

}  // namespace ssl::layers
