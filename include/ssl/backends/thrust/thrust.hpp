// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thrust/detail/config.h>

#if !defined(__CUDACC__) && THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#error "ssl[E502]: Thrust's device system is CUDA, which a host compiler cannot use; link pretext::thrust or define THRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP, or compile this source with nvcc (docs/errors.md#e502)"
#else

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include "ssl/backends/capabilities.hpp"
#include "ssl/backends/thrust/detail/loops.hpp"
#include "ssl/backends/thrust/systems.hpp"

namespace ssl::backends {

/// The required capabilities as Thrust algorithms with explicit execution policies: one source for host systems and the device, so that
/// device algorithms are tested where there is no device.
///
/// System   cpp_system (one thread), omp_system (OpenMP; needs -fopenmp), cuda_system (nvcc only; does not wait for the device)
/// Sums     every output is one serial loop, cut into chunks of 128 (detail/loops.hpp): equal bits on all host systems
/// Memory   no call allocates, except allocate
/// Errors   compile time: E502 (a host compiler with the CUDA system); run time: E902 (a CUDA call failed)
template <class System>
struct thrust_on : System::memory {
  using context = typename System::context;

  template <class T>
  using accumulator = T;

  template <class F>
  static void map2d(context& c, index rows, index cols, F f) {
    if (cols > 0) for_each(c, rows * cols, detail::at_row_and_column<F>{f, cols});
  }
  template <class F, class Out>
  static void sum_rows(context& c, index rows, index cols, F f, Out out) {
    for_each(c, rows, detail::sum_of_row<F, Out>{f, out, cols});
  }
  template <class F, class Out>
  static void sum_cols(context& c, index rows, index cols, F f, Out out) {
    for_each(c, cols, detail::sum_of_column<F, Out>{f, out, rows});
  }
  template <class T>
  static void gemm(context& c, product<T> const& p) {
    if (p.n > 0) for_each(c, p.m * p.n, detail::element_of_product<T>{p});
  }

 private:
  template <class F>
  static void for_each(context& c, index count, F f) {
    if (count > 0) thrust::for_each_n(System::policy(c), thrust::counting_iterator<index>(0), count, f);
  }
};

}  // namespace ssl::backends

#endif
