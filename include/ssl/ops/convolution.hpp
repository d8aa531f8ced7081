// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/ops/bias.hpp"
#include "ssl/ops/im2col.hpp"

namespace ssl::ops {

/// The three products of a convolution: tuned where the backend has them, else the patches of one image at a time, and a product
/// for every group.
///
/// Tuned form  Backend::convolution_workspace<T>(g), convolution_forward, convolution_backward_input and _backward_weight, for
///             convolutions without groups and dilation
template <class Backend, class T, bool HasGroupsOrDilation>
struct convolution_passes {
  using context = typename Backend::context;
  using geometry = backends::convolution;
  static constexpr bool tuned =
      !HasGroupsOrDilation && requires { Backend::template convolution_workspace<T>(geometry{}); };

  /// Elements, for any of the three.
  static constexpr index workspace(geometry const& g) {
    if constexpr (tuned) return Backend::template convolution_workspace<T>(g);
    return g.pixels() * g.groups * g.patch();
  }

  /// Writes y. A null bias is 0.
  static void forward(context& c, geometry const& g, T const* x, T const* weight, T const* bias, T* y, T* workspace) {
    if constexpr (tuned) {
      Backend::convolution_forward(c, g, x, weight, bias, y, workspace);
    } else {
      if (bias != nullptr) Backend::map2d(c, g.rows(), g.c_out, broadcast_cell<T>{bias, y, g.c_out});
      for_each_group(c, g, x, workspace, [&](T const* patches, index image, index first, index outputs, index lda) {
        Backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nt, .m = g.pixels(), .n = outputs, .k = g.patch(), .a = patches,
                                              .lda = lda, .b = weight + first * g.patch(), .ldb = g.patch(),
                                              .c = y + image * g.pixels() * g.c_out + first, .ldc = g.c_out,
                                              .beta = T(bias != nullptr ? 1 : 0)});
      });
    }
  }

  /// Accumulates into gweight.
  static void backward_weight(context& c, geometry const& g, T const* x, T const* gy, T* gweight, T* workspace) {
    if constexpr (tuned) {
      Backend::convolution_backward_weight(c, g, x, gy, gweight, workspace);
    } else {
      for_each_group(c, g, x, workspace, [&](T const* patches, index image, index first, index outputs, index lda) {
        Backend::gemm(c, backends::product<T>{.form = backends::gemm_form::tn, .m = outputs, .n = g.patch(), .k = g.pixels(),
                                              .a = gy + image * g.pixels() * g.c_out + first, .lda = g.c_out, .b = patches, .ldb = lda,
                                              .c = gweight + first * g.patch(), .ldc = g.patch(), .beta = T(1)});
      });
    }
  }

  /// Writes gx.
  static void backward_input(context& c, geometry const& g, T const* gy, T const* weight, T* gx, T* workspace) {
    if constexpr (tuned) {
      Backend::convolution_backward_input(c, g, gy, weight, gx, workspace);
    } else {
      index const width = g.groups * g.patch(), outputs = g.c_out / g.groups, input = index{g.h} * g.w;
      for (index n = 0; n < g.n; ++n) {
        for (index group = 0; group < g.groups; ++group)
          Backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nn, .m = g.pixels(), .n = g.patch(), .k = outputs,
                                                .a = gy + n * g.pixels() * g.c_out + group * outputs, .lda = g.c_out,
                                                .b = weight + group * outputs * g.patch(), .ldb = g.patch(),
                                                .c = workspace + group * g.patch(), .ldc = width});
        Backend::map2d(c, input, g.c_in, col2im_cell<T>{workspace, gx + n * input * g.c_in, g});
      }
    }
  }

 private:
  /// f(patches, image, first output channel, output channels, distance between rows of patches) for every image and group.
  template <class F>
  static void for_each_group(context& c, geometry const& g, T const* x, T* patches, F const& f) {
    index const width = g.groups * g.patch(), outputs = g.c_out / g.groups, input = index{g.h} * g.w * g.c_in;
    for (index n = 0; n < g.n; ++n) {
      Backend::map2d(c, g.pixels(), width, im2col_cell<T>{x + n * input, patches, g});
      for (index group = 0; group < g.groups; ++group) f(patches + group * g.patch(), n, group * outputs, outputs, width);
    }
  }
};

}  // namespace ssl::ops
