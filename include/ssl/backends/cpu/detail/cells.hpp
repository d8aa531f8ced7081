// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/columns.hpp"
#include "ssl/core/macros.hpp"

/// The loops of map2d, sum_rows and sum_cols.
///
/// Sums: a row is cut into at most 64 chunks, a chunk into pieces of 4096 places, a piece is added up in 16 interleaved parts;
/// parts, pieces and chunks are added in order. A column is cut into at most 16 slices of rows, a slice into chunks of 128 rows;
/// rows, chunks and slices are added in order. All cuts depend on the extents alone.
namespace ssl::backends::cpu_cells {

inline constexpr index least_cells = 4096;  ///< cells worth a task

using cpu_kernels::larger, cpu_kernels::parts, cpu_kernels::smaller;

template <class F>
void map2d(cpu_context const& context, index rows, index cols, F const& f) {
  if (rows <= 0 || cols <= 0) return;
  index const height = larger(1, least_cells / cols), width = smaller(cols, 4 * least_cells);
  index const across = parts(cols, width);
  context.parallel(parts(rows, height) * across, [&](index task) {
    index const top = task / across * height, bottom = smaller(rows, top + height);
    index const left = task % across * width, right = smaller(cols, left + width);
    F const own = f;  // a local copy: its members are known not to change under the stores
    for (index r = top; r < bottom; ++r) {
      if constexpr (requires { own.columns(r, left, right); }) {
        own.columns(r, left, right);
      } else {
#pragma omp simd
        for (index c = left; c < right; ++c) own(r, c);
      }
    }
  });
}

/// sum over c in [left, right) of f(r, c), in one piece
template <class F>
PRETEXT_INLINE auto sum_of_piece(F const& f, index r, index left, index right) {
  using T = decltype(f(r, left));
  constexpr int lanes = 16;
  T part[lanes] = {};
  index c = left;
  for (; c + lanes <= right; c += lanes) {
#pragma omp simd
    for (int l = 0; l < lanes; ++l) part[l] += f(r, c + l);
  }
  for (int l = 0; c < right; ++c, ++l) part[l] += f(r, c);
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int l = 0; l < half; ++l) part[l] += part[l + half];
  return part[0];
}

template <class F>
[[gnu::noinline]] auto sum_of_row(F const& f, index r, index left, index right) {
  decltype(f(r, left)) sum = 0;
  for (; left < right; left += least_cells) sum += sum_of_piece(f, r, left, smaller(right, left + least_cells));
  return sum;
}

template <class F, class Out>
void sum_rows(cpu_context const& context, index rows, index cols, F const& f, Out const& out) {
  using T = decltype(f(rows, cols));
  constexpr index most_chunks = 64;
  index const width = larger(least_cells, parts(cols, most_chunks));
  index const chunks = parts(cols, width);
  if (chunks > 1 && rows < 4 * context.threads()) {  // few long rows: the chunks of a row are shared out
    for (index r = 0; r < rows; ++r) {
      T part[most_chunks];
      context.parallel(chunks, [&](index i) { part[i] = sum_of_row(f, r, i * width, smaller(cols, (i + 1) * width)); });
      T sum = part[0];
      for (index i = 1; i < chunks; ++i) sum += part[i];
      out(r, sum);
    }
    return;
  }
  index const height = larger(1, least_cells / larger(1, cols));
  context.parallel(parts(rows, height), [&](index task) {
    F const own = f;
    for (index r = task * height; r < smaller(rows, (task + 1) * height); ++r) {
      T sum = sum_of_row(own, r, 0, smaller(cols, width));
      for (index left = width; left < cols; left += width) sum += sum_of_row(own, r, left, smaller(cols, left + width));
      out(r, sum);
    }
  });
}

/// part[0..width) = sum over r in [top, bottom) of f(r, left + .)
template <class F, class T>
void sum_of_slice(F const& f, index top, index bottom, index left, index width, T* part) {
  constexpr index chunk_rows = cpu_kernels::chunk_rows, block = 64;
  for (index first = 0; first < width; first += block) {
    index const count = smaller(block, width - first);
    T sum[block] = {};
    for (index chunk = top; chunk < bottom; chunk += chunk_rows) {
      T in_chunk[block] = {};
      for (index r = chunk; r < smaller(bottom, chunk + chunk_rows); ++r) {
#pragma omp simd
        for (index c = 0; c < count; ++c) in_chunk[c] += f(r, left + first + c);
      }
      for (index c = 0; c < block; ++c) sum[c] += in_chunk[c];
    }
    for (index c = 0; c < count; ++c) part[first + c] = sum[c];
  }
}

template <class F, class Out>
void sum_cols(cpu_context const& context, index rows, index cols, F const& f, Out const& out) {
  using T = decltype(f(rows, cols));
  using cpu_kernels::column_parts, cpu_kernels::column_slice;
  auto reduce = [&](column_slice<T> const& s) {
    F const own = f;
    sum_of_slice(own, s.top, s.bottom, s.left, s.width, s.out);
  };
  cpu_kernels::reduce_columns<T>(context, rows, cols, 1, reduce, [&](index c, column_parts<T> const& part) {
    T sum = part(0);
    for (index s = 1; s < part.slices; ++s) sum += part(s);
    out(c, sum);
  });
}

}  // namespace ssl::backends::cpu_cells
