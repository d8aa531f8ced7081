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
};

}  // namespace ssl::backends
