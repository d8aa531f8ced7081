// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <utility>

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

/// Tiles of an array, each worth a task. The same for all cells, so compiled once.
struct tiling {
  struct tile {
    index top, bottom, left, right;
  };
  PRETEXT_NOINLINE tiling(index rows, index cols)
      : rows(rows), cols(cols), height(larger(1, least_cells / larger(1, cols))), width(smaller(larger(1, cols), 4 * least_cells)),
        across(parts(cols, width)), tiles(parts(rows, height) * across) {}
  PRETEXT_NOINLINE tile operator[](index task) const {
    index const top = task / across * height, left = task % across * width;
    return {top, smaller(rows, top + height), left, smaller(cols, left + width)};
  }
  index rows, cols, height, width, across, tiles;
};

template <class F>
PRETEXT_NOINLINE void map2d(cpu_context const& context, index rows, index cols, F const& f) {
  tiling const cut(rows, cols);
  context.parallel(cut.tiles, [&](index task) {
    tiling::tile const t = cut[task];
    F const own = f;  // a local copy: its members are known not to change under the stores
    for (index r = t.top; r < t.bottom; ++r) {
      if constexpr (requires { own.columns(r, t.left, t.right); }) {
        own.columns(r, t.left, t.right);
      } else {
#pragma omp simd
        for (index c = t.left; c < t.right; ++c) own(r, c);
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
using sum_type = decltype(std::declval<F const&>()(index{}, index{}));

/// sum over c in [left, right) of f(r, c), of an F without its type: a row is long enough for a call through a pointer
template <class F>
PRETEXT_NOINLINE sum_type<F> sum_of_row(void const* f, index r, index left, index right) {
  sum_type<F> sum = 0;
  for (; left < right; left += least_cells) sum += sum_of_piece(*static_cast<F const*>(f), r, left, smaller(right, left + least_cells));
  return sum;
}

/// How rows are summed: in chunks of `width`, and so many rows a task.
struct row_cut {
  static constexpr index most_chunks = 64;
  PRETEXT_NOINLINE row_cut(index rows, index cols)
      : rows(rows), cols(cols), width(larger(least_cells, parts(cols, most_chunks))), chunks(parts(cols, width)),
        height(larger(1, least_cells / larger(1, cols))), tasks(parts(rows, height)) {}
  bool few_long(int threads) const { return chunks > 1 && rows < 4 * threads; }
  index rows, cols, width, chunks, height, tasks;
};

/// sum(f, row, left, right) over a whole row. Compiled once for all that is added up.
template <class T>
struct row_sum {
  void const* f;
  T (*sum)(void const* f, index r, index left, index right);

  PRETEXT_NOINLINE T operator()(row_cut const& cut, index r) const {
    T total = sum(f, r, 0, smaller(cut.cols, cut.width));
    for (index left = cut.width; left < cut.cols; left += cut.width) total += sum(f, r, left, smaller(cut.cols, left + cut.width));
    return total;
  }
  /// The same with the chunks of the row shared out.
  PRETEXT_NOINLINE T operator()(cpu_context const& context, row_cut const& cut, index r) const {
    T part[row_cut::most_chunks];
    context.parallel(cut.chunks, [&](index i) { part[i] = sum(f, r, i * cut.width, smaller(cut.cols, (i + 1) * cut.width)); });
    T total = part[0];
    for (index i = 1; i < cut.chunks; ++i) total += part[i];
    return total;
  }
};

template <class F, class Out>
PRETEXT_NOINLINE void sum_rows(cpu_context const& context, index rows, index cols, F const& f, Out const& out) {
  row_cut const cut(rows, cols);
  row_sum<sum_type<F>> const sum{&f, &sum_of_row<F>};
  if (cut.few_long(context.threads()))
    for (index r = 0; r < rows; ++r) out(r, sum(context, cut, r));
  else
    context.parallel(cut.tasks, [&](index task) {
      for (index r = task * cut.height; r < smaller(rows, (task + 1) * cut.height); ++r)
        out(r, cut.chunks == 1 ? sum_of_row<F>(&f, r, 0, cols) : sum(cut, r));  // rows of one chunk are short: a call less shows
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
