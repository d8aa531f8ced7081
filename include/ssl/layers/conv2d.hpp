// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/convolution.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/ops/convolution.hpp"

namespace ssl::layers {

/// How the weight of a convolution is drawn.
enum class conv_init {
  torchvision,  ///< weight N(0, 2 / (O k^2)), bias 0: torchvision's ResNets
  pytorch,      ///< weight and bias U(-1, 1) / sqrt(I k^2), torch.nn.Conv2d
  gan           ///< weight N(0, 0.02^2), bias 0: DCGAN, and what follows it
};
inline constexpr initializer gan_weight{.rule = initializer_rule::normal, .millionths = 20'000};

struct conv_config {
  int out = 0;
  int kernel = 3;
  int stride = 1;
  int padding = 0;
  int groups = 1;    ///< parts of the channels that do not see each other; as many as inputs: depthwise
  int dilation = 1;  ///< pixels from one tap of the kernel to the next
  layers::bias bias = layers::bias::none;
  conv_init init = conv_init::torchvision;
};

/// Two-dimensional convolution (cross-correlation) with zero padding.
///
/// Formula   y[n,oy,ox,o] = b[o] + sum over ky, kx, i of x[n, oy s - p + ky d, ox s - p + kx d, i] W[o,ky,kx,i], i of o's group
/// Shapes    x: (N, H, W, I) -> y: (N, (H + 2p - d (k - 1) - 1) / s + 1, (W + ...) / s + 1, O); weight: (O, k, k, I / groups) in memory,
///           OIHW in files
/// Gradient  writes gx; accumulates weight and bias
/// Errors    E101 a size that is not positive, groups that do not divide O; E102 a kernel larger than the padded image, groups that do
///           not divide I
/// Cost      2 N OH OW O k^2 I / groups operations per direction; backward reads x again. Without a tuned form, and with groups or
///           dilation: one image's patches as workspace
/// Source    torch.nn.Conv2d: names and layout; initialisation as `conv_init` says. Deviation: none
template <conv_config Config>
struct conv2d : primitive<conv2d<Config>> {
  static constexpr int groups = Config.groups > 0 ? Config.groups : 1;
  static constexpr bool valid = Config.out > 0 && Config.kernel > 0 && Config.stride > 0 && Config.padding >= 0 && Config.dilation > 0 &&
                                Config.groups > 0 && Config.out % groups == 0;
  static constexpr bool has_bias = Config.bias == bias::yes;
  static constexpr int reach = Config.dilation * (Config.kernel - 1) + 1;  ///< side of what a kernel sees
  static constexpr bool accepts(shape in) {
    return in.h + 2 * Config.padding >= reach && in.w + 2 * Config.padding >= reach && in.c % groups == 0;
  }
  static constexpr int extent(int in) { return valid ? (in + 2 * Config.padding - reach) / Config.stride + 1 : 0; }
  static constexpr shape output(shape in) { return {in.n, extent(in.h), extent(in.w), Config.out}; }

  static constexpr backends::convolution geometry(shape in) {
    shape const out = output(in);
    return {.n = in.n, .h = in.h, .w = in.w, .c_in = in.c, .out_h = out.h, .out_w = out.w, .c_out = out.c,
            .kernel_h = Config.kernel, .kernel_w = Config.kernel, .stride = Config.stride, .padding = Config.padding,
            .groups = groups, .dilation = Config.dilation};
  }
  template <class Env>
  using passes = ops::convolution_passes<typename Env::backend, typename Env::scalar, (groups > 1 || Config.dilation > 1)>;

  template <class Env>
  static constexpr requirements require(shape in) {
    index const workspace = passes<Env>::workspace(geometry(in));
    requirements r{.output = output(in), .workspace_forward = workspace, .workspace_backward = workspace, .reads_input = true,
                   .parameters = has_bias ? 2 : 1};
    constexpr int area = Config.kernel * Config.kernel;
    constexpr bool own = Config.init == conv_init::pytorch;
    int const inputs = in.c / groups;
    initializer const uniform{.rule = initializer_rule::uniform_inverse_root, .fan = inputs * area};
    initializer weight{.rule = initializer_rule::kaiming_normal, .fan = Config.out * area};
    if constexpr (Config.init == conv_init::gan) weight = gan_weight;
    if constexpr (own) weight = uniform;
    r.parameter[0] = {.label = "weight", .rank = 4, .extents = {Config.out, Config.kernel, Config.kernel, inputs}, .initial = weight};
    r.parameter[1] = {.label = "bias", .extents = {Config.out, 1, 1, 1}, .initial = own ? uniform : initializer{}, .kind = parameter_kind::bias};
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr backends::convolution g = geometry(In);

    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      passes<Env>::forward(c, g, f.at(op->x), f.parameter(op, 0), has_bias ? f.parameter(op, 1) : nullptr, f.at(op->y),
                           f.at(op->workspace_forward));
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      T* workspace = f.at(op->workspace_backward);
      if constexpr (Env::how.updates_weights) {
        passes<Env>::backward_weight(c, g, f.at(op->x), gy, f.gradient(op, 0), workspace);
        if constexpr (has_bias) backend::sum_cols(c, g.rows(), g.c_out, ops::value_at<T>{gy, g.c_out}, ops::store_added<T>{f.gradient(op, 1)});
      }
      if (op->gx.exists()) passes<Env>::backward_input(c, g, gy, f.parameter(op, 0), f.at(op->gx), workspace);
    }
  };
};

}  // namespace ssl::layers
