// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/cpu/detail/micro_kernel.hpp"

/// \file
/// Copies of factors in the order in which the inner loop reads them.
namespace ssl::backends::cpu_kernels {

/// panel(l, j) = b(l, j) for k rows of at most tile_columns columns, zeros behind them; rows of b are b_row apart.
template <class T>
void pack_columns(T const* b, index b_row, index k, index columns, T* panel) {
  constexpr int width = tile_columns<T>, half = lanes<T>;
  for (index l = 0; l < k; ++l, b += b_row, panel += width) {
    store(panel, columns >= half ? load(b) : load_part(b, columns));
    store(panel + half, columns >= width ? load(b + half) : columns > half ? load_part(b + half, columns - half) : vec<T>{});
  }
}

/// panel(l, j) = b(j, l): the same for the rows of a transposed factor.
template <class T>
void pack_transposed(T const* b, index b_row, index k, index columns, T* panel) {
  constexpr int width = tile_columns<T>, side = lanes<T>;
  for (index first = 0; first < width; first += side) {
    index const rows = columns - first < side ? columns - first : side;
    if (k < side || rows <= 0) {
      for (index l = 0; l < k; ++l)
        for (index j = 0; j < side; ++j) panel[l * width + first + j] = j < rows ? b[(first + j) * b_row + l] : T(0);
      continue;
    }
    for (index at = 0; at < k; at += side) {
      index const l = at + side <= k ? at : k - side;  // the last square overlaps the one before it
      vec<T> square[side];
      unrolled<side>([&](auto j)
                         __attribute__((always_inline)) { square[j] = j < rows ? load(b + (first + j) * b_row + l) : vec<T>{}; });
      transpose<T>(square);
      unrolled<side>([&](auto i) __attribute__((always_inline)) { store(panel + (l + i) * width + first, square[i]); });
    }
  }
}

/// panel(l, i) = a(l, i): tile_rows columns of a factor whose rows are a_row apart; missing ones repeat the last.
template <class T>
void pack_rows(T const* a, index a_row, index k, index rows, T* panel) {
  for (index l = 0; l < k; ++l, a += a_row, panel += tile_rows) {
    if (rows == tile_rows)
      __builtin_memcpy(panel, a, tile_rows * sizeof(T));
    else
      for (index i = 0; i < tile_rows; ++i) panel[i] = a[i < rows ? i : rows - 1];
  }
}

}  // namespace ssl::backends::cpu_kernels
