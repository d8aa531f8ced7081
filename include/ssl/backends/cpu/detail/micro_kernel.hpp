// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/cpu/detail/vector.hpp"

/// \file
/// The one inner loop of all products: a small tile of C stays in registers while k runs.
namespace ssl::backends::cpu_kernels {

/// Extents of the tile: 8 x 2 vectors take 16 of 32 registers, 6 x 2 take 12 of 16.
inline constexpr int tile_rows = vector_bytes == 64 ? 8 : 6;
template <class T>
inline constexpr int tile_columns = 2 * lanes<T>;

/// c_i = alpha sum over segments s and steps l of a_i[s a_jump + l a_step] b[s b_jump + l b_step] + beta c_i, for rows i of the
/// tile.
///
/// A is read one element at a time, so rows may lie anywhere (pixels of an image) and k may run with any step (a transposed
/// factor); B is read in vectors, rows of tile_columns. Segments are the rows of a convolution's kernel.
template <class T>
struct tile_product {
  T const* a[tile_rows];
  index a_step = 1, a_jump = 0;
  T const* b = nullptr;
  index b_step = tile_columns<T>, b_jump = 0;
  index steps = 0, segments = 1;
  T* c[tile_rows];
  T alpha = T(1), beta = T(0);
  T const* bias = nullptr;  ///< (tile_columns), added to every row; null: nothing
  int rows = tile_rows;     ///< of C; the pointers of missing rows of A must be readable
  index columns = tile_columns<T>;
};

namespace detail {

template <class T>
PRETEXT_INLINE void finish_row(vec<T> const* sum, int vectors, T* c, T alpha, T beta, index columns) {
  for (int v = 0; v < vectors; ++v) {
    index const left = columns - v * lanes<T>;
    if (left <= 0) break;
    T* to = c + v * lanes<T>;
    vec<T> y = sum[v] * alpha;
    if (left >= lanes<T>) {
      if (beta != T(0)) y += beta * load(to);
      store(to, y);
    } else {
      if (beta != T(0)) y += beta * load_part(to, left);
      store_part(to, y, left);
    }
  }
}

template <class T, int Rows, int Vectors>
__attribute__((noinline)) void multiply_tile(tile_product<T> const& p) {
  vec<T> sum[Rows][Vectors];
  unrolled<Vectors>([&](auto v) __attribute__((always_inline)) {
    vec<T> const first = p.bias != nullptr ? load(p.bias + v * lanes<T>) : vec<T>{};
    unrolled<Rows>([&](auto i) __attribute__((always_inline)) { sum[i][v] = first; });
  });
  T const* a[Rows];
  unrolled<Rows>([&](auto i) __attribute__((always_inline)) { a[i] = p.a[i]; });
  T const* b_segment = p.b;
  index const a_step = p.a_step, b_step = p.b_step;
  for (index s = 0; s < p.segments; ++s) {
    T const* b = b_segment;
    index const end = p.steps * a_step;
    for (index l = 0; l != end; l += a_step) {
      vec<T> right[Vectors];
      unrolled<Vectors>([&](auto v) __attribute__((always_inline)) { right[v] = load(b + v * lanes<T>); });
      unrolled<Rows>([&](auto i) __attribute__((always_inline)) {
        T const left = a[i][l];
        unrolled<Vectors>([&](auto v) __attribute__((always_inline)) { sum[i][v] += left * right[v]; });
      });
      b += b_step;
    }
    unrolled<Rows>([&](auto i) __attribute__((always_inline)) { a[i] += p.a_jump; });
    b_segment += p.b_jump;
  }
  unrolled<Rows>([&](auto i) __attribute__((always_inline)) {
    if (i < p.rows) finish_row<T>(sum[i], Vectors, p.c[i], p.alpha, p.beta, p.columns);
  });
}

}  // namespace detail

template <class T>
PRETEXT_INLINE void multiply_tile(tile_product<T> const& p) {
  constexpr int half = tile_rows / 2;
  if (p.columns > lanes<T>)
    p.rows > half ? detail::multiply_tile<T, tile_rows, 2>(p) : detail::multiply_tile<T, half, 2>(p);
  else
    p.rows > half ? detail::multiply_tile<T, tile_rows, 1>(p) : detail::multiply_tile<T, half, 1>(p);
}

}  // namespace ssl::backends::cpu_kernels
