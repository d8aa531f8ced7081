// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Inverses and determinants of several positive definite matrices of one size, one after the other in memory.
namespace ssl::ops {

/// a = a + 1 on the diagonals, as a cell over (matrices * size, 1).
template <class T>
struct add_identity_cell {
  T* a;
  index size;
  PRETEXT_HD void operator()(index r, index) const { a[r * size + r % size] += T(1); }
};

/// Elimination with the pivot at (k, k): what stands neither in its row nor in its column. A cell over (matrices * size, size).
template <class T>
struct eliminate_cell {
  T* a;
  index size;
  index k;
  PRETEXT_HD void operator()(index r, index j) const {
    if (r % size == k || j == k) return;
    T const* pivot_row = a + (r - r % size + k) * size;
    a[r * size + j] -= a[r * size + k] * pivot_row[j] / pivot_row[k];
  }
};

/// ... and then its row and its column; log_pivot[m * size + k] = factor * log(pivot) of matrix m. A cell over (matrices, 1).
template <class T>
struct eliminate_pivot_cell {
  T* a;
  T* log_pivot;
  index size;
  index k;
  T factor;
  PRETEXT_HD void operator()(index m, index) const {
    T* const matrix = a + m * size * size;
    T const pivot = matrix[k * size + k];
    for (index i = 0; i < size; ++i) {
      matrix[k * size + i] /= pivot;
      matrix[i * size + k] /= -pivot;
    }
    matrix[k * size + k] = T(1) / pivot;
    log_pivot[m * size + k] = factor * math::log(pivot);
  }
};

/// a = a^-1 by Gauss and Jordan's elimination in place, and what the logarithms of the determinants sum up: factor * log(pivot).
///
/// Shapes    a: (matrices, size, size); log_pivot: (matrices, size)
/// Requires  symmetric positive definite matrices, whose pivots need no choice; those of 1 + X^T X are never below 1
/// Cost      2 size^3 operations a matrix, in 2 size passes
template <class Backend, class T>
void invert(typename Backend::context& context, index matrices, index size, T* a, T* log_pivot, T factor) {
  for (index k = 0; k < size; ++k) {
    Backend::map2d(context, matrices * size, size, eliminate_cell<T>{a, size, k});
    Backend::map2d(context, matrices, 1, eliminate_pivot_cell<T>{a, log_pivot, size, k, factor});
  }
}

}  // namespace ssl::ops
