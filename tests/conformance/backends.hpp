// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/hana.hpp>

#include "ssl/backends/reference/reference.hpp"
#if defined(__CUDACC__)  // see ../device
#include "ssl/backends/thrust/thrust.hpp"
#define CONFORMANCE_CPU
#define CONFORMANCE_THRUST , ssl::backends::thrust_on<ssl::backends::cuda_system>
#else
#if __has_include("ssl/backends/cpu/cpu.hpp") && defined(_OPENMP)
#include "ssl/backends/cpu/cpu.hpp"
#define CONFORMANCE_CPU , ssl::backends::cpu
#define PRETEXT_TEST_HAS_CPU 1
#else
#define CONFORMANCE_CPU
#endif
#if __has_include("ssl/backends/thrust/thrust.hpp") && defined(THRUST_DEVICE_SYSTEM)
#include "ssl/backends/thrust/thrust.hpp"
#define CONFORMANCE_THRUST , ssl::backends::thrust_on<ssl::backends::cpp_system>
#define PRETEXT_TEST_HAS_THRUST 1
#else
#define CONFORMANCE_THRUST
#endif
#endif

namespace conformance {

/// The required capabilities in the opposite order: a cell may not depend on the order in which places are visited. Sums are
/// taken in the scalar's own precision, the least a backend may do.
struct backwards : ssl::backends::host_memory {
  using index = ssl::index;
  struct context {};
  template <class T>
  using accumulator = T;

  template <class F>
  static void map2d(context&, index rows, index cols, F f) {
    for (index c = cols; c-- > 0;)
      for (index r = rows; r-- > 0;) f(r, c);
  }
  template <class F, class Out>
  static void sum_rows(context&, index rows, index cols, F f, Out out) {
    for (index r = rows; r-- > 0;) {
      decltype(f(r, r)) sum = 0;
      for (index c = cols; c-- > 0;) sum += f(r, c);
      out(r, sum);
    }
  }
  template <class F, class Out>
  static void sum_cols(context&, index rows, index cols, F f, Out out) {
    for (index c = cols; c-- > 0;) {
      decltype(f(c, c)) sum = 0;
      for (index r = rows; r-- > 0;) sum += f(r, c);
      out(c, sum);
    }
  }
  template <class T>
  static void gemm(context&, ssl::backends::product<T> const& p) {
    using ssl::backends::gemm_form;
    for (index i = p.m; i-- > 0;)
      for (index j = p.n; j-- > 0;) {
        T sum = 0;
        for (index l = p.k; l-- > 0;)
          sum += (p.form == gemm_form::tn ? p.a[l * p.lda + i] : p.a[i * p.lda + l]) *
                 (p.form == gemm_form::nt ? p.b[j * p.ldb + l] : p.b[l * p.ldb + j]);
        T& c = p.c[i * p.ldc + j];
        c = p.beta == T(0) ? p.alpha * sum : p.alpha * sum + p.beta * c;
      }
  }
};

/// The library's backends in this build.
inline constexpr auto shipped_backends = boost::hana::tuple_t<ssl::backends::reference CONFORMANCE_CPU CONFORMANCE_THRUST>;
/// What is held against the reference: in float also the reference with itself in double.
inline constexpr auto backends = boost::hana::append(shipped_backends, boost::hana::type_c<backwards>);

/// Those whose kernels are written for each scalar (`void` stands before the comma, and goes).
inline constexpr auto backends_with_own_kernels = boost::hana::drop_front(boost::hana::tuple_t<void CONFORMANCE_CPU>);

/// A context with so many threads, where the backend has threads. Small cases take one: more would only wait for each other.
template <class Backend>
typename Backend::context context_with_threads(int threads) {
  if constexpr (requires { Backend::options::threads; })
    return typename Backend::context(typename Backend::options{.threads = threads});
  else
    return {};
}

inline constexpr auto scalars = boost::hana::tuple_t<float, double>;

}  // namespace conformance
