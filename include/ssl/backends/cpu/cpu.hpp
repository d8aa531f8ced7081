// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/capabilities.hpp"
#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/cells.hpp"
#include "ssl/backends/cpu/kernels.hpp"
#include "ssl/backends/cpu/memory.hpp"

namespace ssl::backends {

/// The fast host path: an own team of threads, own kernels in vector extensions for the instruction set of the compile flags.
///
/// Results  do not depend on the number of threads, to the last bit: every sum has one order, fixed by the extents
/// Sums     in the scalar's own precision (float sums in float), in short chunks that are then added: see detail/cells.hpp
/// Memory   no call allocates; the context does, once
/// Example  examples/01_pretrain.cpp
struct cpu : cpu_memory {
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

  template <class T>
  static constexpr index convolution_workspace(convolution const& g) {
    return cpu_kernels::convolution_workspace(g);
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

  static constexpr index nt_xent_workspace(index rows, index width) { return cpu_kernels::nt_xent_workspace(rows, width); }
  /// NT-Xent without the similarity matrix: tiles of one triangle of it, kept for the gradient where they are few, or else computed
  /// again.
  template <class T>
  static void nt_xent_tiled(context& c, index rows, index width, T const* z, T temperature, T weight, T* loss, T* gz,
                            T* workspace) {
    cpu_kernels::nt_xent_tiled(c, rows, width, z, temperature, weight, loss, gz, workspace);
  }

  /// The log-sum-exp of every query.
  template <class T>
  static constexpr index attention_saved(backends::attention const& g) {
    return index{g.n} * g.heads * g.tokens;
  }
  template <class T>
  static constexpr index attention_workspace_forward(backends::attention const&) {
    return 0;
  }
  template <class T>
  static constexpr index attention_workspace_backward(backends::attention const&) {
    return 0;
  }
  template <class T>
  static void attention_forward(context& c, backends::attention const& g, T const* qkv, T* y, T* saved, T*) {
    cpu_kernels::attention_forward(c, g, qkv, y, saved);
  }
  template <class T>
  static void attention_backward(context& c, backends::attention const& g, T const* qkv, T const* y, T const* gy, T const* saved,
                                 T* gqkv, T*) {
    cpu_kernels::attention_backward(c, g, qkv, y, gy, saved, gqkv);
  }
};

}  // namespace ssl::backends
