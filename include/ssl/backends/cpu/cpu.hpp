// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/capabilities.hpp"
#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/cells.hpp"
#include "ssl/backends/cpu/kernels.hpp"
#include "ssl/backends/host_memory.hpp"

namespace ssl::backends {

/// The fast host path: OpenMP threads, own kernels in vector extensions for the instruction set of the compile flags.
///
/// Results  do not depend on the number of threads, to the last bit: every sum has one order, fixed by the extents
/// Sums     in the scalar's own precision (float sums in float), in short chunks that are then added: see detail/cells.hpp
/// Memory   no call allocates; the context does, once
/// Example  examples/01_pretrain.cpp
struct cpu : host_memory {
  using options = cpu_options;
  using context = cpu_context;

  template <class T>
  using accumulator = T;

  template <class F>
  static void map2d(context& c, index rows, index cols, F f) {
    cpu_cells::map2d(c, rows, cols, f);
  }
  template <class F, class Out>
  static void sum_rows(context& c, index rows, index cols, F f, Out out) {
    cpu_cells::sum_rows(c, rows, cols, f, out);
  }
  template <class F, class Out>
  static void sum_cols(context& c, index rows, index cols, F f, Out out) {
    cpu_cells::sum_cols(c, rows, cols, f, out);
  }
  template <class T>
  static void gemm(context& c, product<T> const& p) {
    cpu_kernels::gemm(c, p);
  }

  /// Elements: the packed weight of either direction, or partial sums of its gradient.
  template <class T>
  static constexpr index convolution_workspace(convolution const& g) {
    constexpr index widest_panel = 32;
    index const forward = round_up(g.c_out, widest_panel) * g.patch();
    index const input = round_up(g.c_in, widest_panel) * g.kernel_h * g.kernel_w * g.c_out;
    return cpu_kernels::larger(cpu_kernels::larger(forward, input), cpu_kernels::weight_gradient_cut(g).workspace(g));
  }
  template <class T>
  static void convolution_forward(context& c, convolution const& g, T const* x, T const* weight, T const* bias, T* y,
                                  T* workspace) {
    cpu_kernels::convolution_forward(c, g, x, weight, bias, y, workspace);
  }
  template <class T>
  static void convolution_backward_input(context& c, convolution const& g, T const* gy, T const* weight, T* gx, T* workspace) {
    cpu_kernels::convolution_backward_input(c, g, gy, weight, gx, workspace);
  }
  template <class T>
  static void convolution_backward_weight(context& c, convolution const& g, T const* x, T const* gy, T* gweight, T* workspace) {
    cpu_kernels::convolution_backward_weight(c, g, x, gy, gweight, workspace);
  }

  /// Mean and variance (divided by rows) of every column, in one pass over memory.
  template <class T>
  static void batch_norm_statistics(context& c, index rows, index cols, T const* x, T* mean, T* variance) {
    cpu_kernels::batch_norm_statistics(c, rows, cols, x, mean, variance);
  }
  /// y = x factor + offset
  template <class T>
  static void batch_norm_apply(context& c, index rows, index cols, T const* x, T const* factor, T const* offset, T* y) {
    cpu_kernels::batch_norm_apply(c, rows, cols, x, factor, offset, y);
  }
  template <class T>
  static void batch_norm_backward_sums(context& c, index rows, index cols, T const* gy, T const* x, T const* mean, T const* rstd,
                                       T* sum_gy, T* sum_gy_normal) {
    cpu_kernels::batch_norm_backward_sums(c, rows, cols, gy, x, mean, rstd, sum_gy, sum_gy_normal);
  }
  /// Writes gx; a null scale is 1.
  template <class T>
  static void batch_norm_backward_apply(context& c, index rows, index cols, T const* gy, T const* x, T const* mean, T const* rstd,
                                        T const* scale, T const* sum_gy, T const* sum_gy_normal, T* gx) {
    cpu_kernels::batch_norm_backward_apply(c, rows, cols, gy, x, mean, rstd, scale, sum_gy, sum_gy_normal, gx);
  }
};

}  // namespace ssl::backends
