// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/convolution.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/ops/im2col.hpp"

namespace ssl::layers {

/// How the weight of a convolution is drawn.
enum class conv_init {
  torchvision,  ///< weight N(0, 2 / (O k^2)), bias 0: torchvision's ResNets
  pytorch       ///< weight and bias U(-1, 1) / sqrt(I k^2), torch.nn.Conv2d
};

struct conv_config {
  int out = 0;
  int kernel = 3;
  int stride = 1;
  int padding = 0;
  layers::bias bias = layers::bias::none;
  conv_init init = conv_init::torchvision;
};

/// Two-dimensional convolution (cross-correlation) with zero padding.
///
/// Formula   y[n,oy,ox,o] = b[o] + sum over ky, kx, i of x[n, oy s - p + ky, ox s - p + kx, i] W[o,ky,kx,i]
/// Shapes    x: (N, H, W, I) -> y: (N, (H + 2p - k) / s + 1, (W + 2p - k) / s + 1, O); weight: (O, k, k, I) in memory, OIHW in files
/// Gradient  writes gx; accumulates weight and bias
/// Errors    E101 a size that is not positive; E102 a kernel larger than the padded image
/// Cost      2 N OH OW O k^2 I operations per direction; backward reads x again. Without a tuned form: one image's patches as workspace
/// Source    torch.nn.Conv2d: names and layout; initialisation as `conv_init` says. Deviation: none
template <conv_config Config>
struct conv2d : primitive<conv2d<Config>> {
  static constexpr bool valid = Config.out > 0 && Config.kernel > 0 && Config.stride > 0 && Config.padding >= 0;
  static constexpr bool has_bias = Config.bias == bias::yes;
  static constexpr bool accepts(shape in) {
    return in.h + 2 * Config.padding >= Config.kernel && in.w + 2 * Config.padding >= Config.kernel;
  }
  static constexpr int extent(int in) { return valid ? (in + 2 * Config.padding - Config.kernel) / Config.stride + 1 : 0; }
  static constexpr shape output(shape in) { return {in.n, extent(in.h), extent(in.w), Config.out}; }

  static constexpr backends::convolution geometry(shape in) {
    shape const out = output(in);
    return {.n = in.n, .h = in.h, .w = in.w, .c_in = in.c, .out_h = out.h, .out_w = out.w, .c_out = out.c,
            .kernel_h = Config.kernel, .kernel_w = Config.kernel, .stride = Config.stride, .padding = Config.padding};
  }

  template <class Env>
  static constexpr bool tuned = requires { Env::backend::template convolution_workspace<typename Env::scalar>(backends::convolution{}); };

  template <class Env>
  static constexpr index workspace(shape in) {
    if constexpr (tuned<Env>) return Env::backend::template convolution_workspace<typename Env::scalar>(geometry(in));
    return output(in).tokens() * Config.kernel * Config.kernel * in.c;
  }

  template <class Env>
  static constexpr requirements require(shape in) {
    requirements r{.output = output(in), .workspace_forward = workspace<Env>(in), .workspace_backward = workspace<Env>(in), .reads_input = true,
                   .parameters = has_bias ? 2 : 1};
    constexpr int area = Config.kernel * Config.kernel;
    constexpr bool own = Config.init == conv_init::pytorch;
    initializer const uniform{.rule = initializer_rule::uniform_inverse_root, .fan = in.c * area};
    r.parameter[0] = {.label = "weight", .rank = 4, .extents = {Config.out, Config.kernel, Config.kernel, in.c},
                      .initial = own ? uniform : initializer{.rule = initializer_rule::kaiming_normal, .fan = Config.out * area}};
    r.parameter[1] = {.label = "bias", .extents = {Config.out, 1, 1, 1}, .initial = own ? uniform : initializer{}, .kind = parameter_kind::bias};
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr backends::convolution g = geometry(In);
    static constexpr shape out = output(In);
    static constexpr index pixels = out.tokens(), patch = index{Config.kernel} * Config.kernel * In.c;

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      T const* x = f.at(op->x);
      T const* weight = f.parameter(op, 0);
      T const* bias = has_bias ? f.parameter(op, 1) : nullptr;
      T *y = f.at(op->y), *patches = f.at(op->workspace_forward);
      if constexpr (tuned<Env>) {
        backend::convolution_forward(c, g, x, weight, bias, y, patches);
      } else {
        if constexpr (has_bias) backend::map2d(c, out.rows(), out.c, ops::broadcast_cell<T>{bias, y, out.c});
        for (index n = 0; n < In.n; ++n) {
          backend::map2d(c, pixels, patch, ops::im2col_cell<T>{x + n * In.tokens() * In.c, patches, g});
          backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nt, .m = pixels, .n = out.c, .k = patch, .a = patches, .lda = patch,
                                                .b = weight, .ldb = patch, .c = y + n * pixels * out.c, .ldc = out.c, .beta = T(has_bias ? 1 : 0)});
        }
      }
    }

    static void backward(context& c, frame<T> const& f, op_record const* op) {
      if constexpr (Env::how.updates_weights) {
        backward_weight(c, f.at(op->x), f.at(op->gy), f.gradient(op, 0), f.at(op->workspace_backward));
        if constexpr (has_bias)
          backend::sum_cols(c, out.rows(), out.c, ops::value_at<T>{f.at(op->gy), out.c}, ops::store_added<T>{f.gradient(op, 1)});
      }
      if (op->gx.exists()) backward_input(c, f.at(op->gy), f.parameter(op, 0), f.at(op->gx), f.at(op->workspace_backward));
    }

   private:
    static void backward_weight(context& c, T const* x, T const* gy, T* gweight, T* patches) {
      if constexpr (tuned<Env>) {
        backend::convolution_backward_weight(c, g, x, gy, gweight, patches);
      } else {
        for (index n = 0; n < In.n; ++n) {
          backend::map2d(c, pixels, patch, ops::im2col_cell<T>{x + n * In.tokens() * In.c, patches, g});
          backend::gemm(c, backends::product<T>{.form = backends::gemm_form::tn, .m = out.c, .n = patch, .k = pixels,
                                                .a = gy + n * pixels * out.c, .lda = out.c, .b = patches, .ldb = patch, .c = gweight,
                                                .ldc = patch, .beta = T(1)});
        }
      }
    }
    static void backward_input(context& c, T const* gy, T const* weight, T* gx, T* patches) {
      if constexpr (tuned<Env>) {
        backend::convolution_backward_input(c, g, gy, weight, gx, patches);
      } else {
        for (index n = 0; n < In.n; ++n) {
          backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nn, .m = pixels, .n = patch, .k = out.c,
                                                .a = gy + n * pixels * out.c, .lda = out.c, .b = weight, .ldb = patch, .c = patches,
                                                .ldc = patch});
          backend::map2d(c, In.tokens(), In.c, ops::col2im_cell<T>{patches, gx + n * In.tokens() * In.c, g});
        }
      }
    }
  };
};

}  // namespace ssl::layers
