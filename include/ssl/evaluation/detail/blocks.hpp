// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>

#include "ssl/core/shape.hpp"

/// \file
/// Work cut into blocks, so that results do not depend on the number of threads.
namespace ssl::evaluation::detail {

/// Calls work(first, size) for each block of `size` things of `count`, the last one smaller, in parallel where the program is
/// compiled with OpenMP.
///
/// Results must not depend on the number of threads, so blocks have fixed sizes and each is done by one thread: inside a parallel
/// region Eigen's products stay in their thread (outside, their sums are split by the number of threads).
template <class Work>
void for_each_block(index count, index size, Work const& work) {
#if defined(_OPENMP)
#pragma omp parallel for schedule(dynamic, 1)
#endif
  for (index first = 0; first < count; first += size) work(first, std::min(size, count - first));
}

/// Linear algebra that must give the same bits for any number of threads.
template <class Work>
void in_one_thread(Work const& work) {
  for_each_block(1, 1, [&](index, index) { work(); });
}

}  // namespace ssl::evaluation::detail
