// SPDX-License-Identifier: Apache-2.0
#if defined(THRUST_DEVICE_SYSTEM)
#include "ssl/backends/thrust/thrust.hpp"

#include <doctest/doctest.h>

#include "unit/backends/capability_cases.hpp"

namespace backend_tests {

using ssl::backends::cpp_system;
using ssl::backends::thrust_on;


template <class B, class T>
void check_all() {
  static_assert(ssl::backend<B, T>);
  typename B::context context;
  check_map2d<B, T>(context);
  check_sums<B, T>(context);
  check_gemm<B, T>(context);
}

TEST_CASE_TEMPLATE("thrust_on<cpp>: required capabilities agree with the reference", T, float, double) {
  check_all<thrust_on<cpp_system>, T>();
}

#if defined(_OPENMP)
TEST_CASE_TEMPLATE("thrust_on<omp>: required capabilities agree with the reference", T, float, double) {
  check_all<thrust_on<ssl::backends::omp_system>, T>();
}
#endif

}  // namespace backend_tests
#endif
