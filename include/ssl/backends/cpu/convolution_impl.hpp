// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/cpu/detail/correlation.hpp"
#include "ssl/backends/cpu/detail/weight_gradient.hpp"

namespace ssl::backends::cpu_kernels {

template <class T>
void convolution_forward(cpu_context const& context, convolution const& g, T const* x, T const* weight, T const* bias, T* y,
                         T* workspace) {
  constexpr index width = tile_columns<T>;
  index const patch = g.patch();
  context.parallel(parts(g.c_out, width), [&](index p) {
    pack_transposed(weight + p * width * patch, patch, patch, smaller(width, g.c_out - p * width), workspace + p * width * patch);
  });
  correlate(context, correlation<T>{.n = g.n,
                                    .source = x,
                                    .h = g.h,
                                    .w = g.w,
                                    .channels = g.c_in,
                                    .taps_y = g.kernel_h,
                                    .taps_x = g.kernel_w,
                                    .stride = g.stride,
                                    .top = -g.padding,
                                    .left = -g.padding,
                                    .rows = g.out_h,
                                    .cols = g.out_w,
                                    .target = y,
                                    .target_h = g.out_h,
                                    .target_w = g.out_w,
                                    .target_channels = g.c_out,
                                    .weight = workspace,
                                    .bias = bias});
}

namespace detail {

/// The pixels of x along one axis that see the taps phase, phase + stride, ... of the kernel: y = first + stride i sees, for tap
/// phase + stride (taps - 1 - t), output pixel i + origin + t.
struct input_phase {
  int first, taps, origin, count;

  input_phase(int phase, int stride, int padding, int kernel, int extent)
      : first((phase + stride - padding % stride) % stride),
        taps(phase < kernel ? (kernel - phase + stride - 1) / stride : 0),
        origin((first + padding - phase) / stride - (taps - 1)),
        count(first < extent ? (extent - first + stride - 1) / stride : 0) {}
};

}  // namespace detail

/// For every phase of the stride the gradient is a correlation of gy with the taps of that phase in the opposite order.
template <class T>
void convolution_backward_input(cpu_context const& context, convolution const& g, T const* gy, T const* weight, T* gx,
                                T* workspace) {
  constexpr index width = tile_columns<T>;
  for (int phase_y = 0; phase_y < g.stride; ++phase_y)
    for (int phase_x = 0; phase_x < g.stride; ++phase_x) {
      detail::input_phase const y(phase_y, g.stride, g.padding, g.kernel_h, g.h),
          x(phase_x, g.stride, g.padding, g.kernel_w, g.w);
      index const taps = index{y.taps} * x.taps, panels = parts(g.c_in, width);
      context.parallel(panels * taps, [&](index task) {
        index const panel = task / taps, ty = task % taps / x.taps, tx = task % x.taps;
        index const ky = phase_y + g.stride * (y.taps - 1 - ty), kx = phase_x + g.stride * (x.taps - 1 - tx);
        pack_columns(weight + (ky * g.kernel_w + kx) * g.c_in + panel * width, g.patch(), g.c_out,
                     smaller(width, g.c_in - panel * width), workspace + task * g.c_out * width);
      });
      correlate(context, correlation<T>{.n = g.n,
                                        .source = gy,
                                        .h = g.out_h,
                                        .w = g.out_w,
                                        .channels = g.c_out,
                                        .taps_y = x.taps > 0 ? y.taps : 0,
                                        .taps_x = x.taps,
                                        .stride = 1,
                                        .top = y.origin,
                                        .left = x.origin,
                                        .rows = y.count,
                                        .cols = x.count,
                                        .target = gx,
                                        .target_h = g.h,
                                        .target_w = g.w,
                                        .target_channels = g.c_in,
                                        .every = g.stride,
                                        .first_row = y.first,
                                        .first_col = x.first,
                                        .weight = workspace});
    }
}

template <class T>
void convolution_backward_weight(cpu_context const& context, convolution const& g, T const* x, T const* gy, T* gweight,
                                 T* workspace) {
  sum_weight_gradient(context, g, x, gy, gweight, workspace);
}

}  // namespace ssl::backends::cpu_kernels
