// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/partition.hpp"

/// \file
/// Reductions along the columns of an array of rows x cols: at most 16 slices of rows, each reduced alone, then joined in order.
namespace ssl::backends::cpu_kernels {

/// Sums of up to 128 terms are taken as they come; those sums are then added.
inline constexpr index chunk_rows = 128;
inline constexpr index most_slices = 16, column_block = 256;

/// Rows of a slice.
constexpr index slice_height(index rows) { return round_up(larger(256, parts(rows, most_slices)), chunk_rows); }

/// The results of the slices for one column; the values of one slice lie `distance` apart.
template <class T>
struct column_parts {
  T const* first;
  index distance, slices, values;
  T operator()(index slice, index value = 0) const { return first[(slice * values + value) * distance]; }
};

/// A block of columns of one slice. It reduces to `values` numbers a column, which lie `distance` apart.
template <class T>
struct column_slice {
  index top, bottom, left, width;
  T* out;
  index distance;
};

/// reduce(column_slice) for every slice and block of columns, then finish(column, column_parts) for every column in order.
template <class T, class Reduce, class Finish>
void reduce_columns(cpu_context const& context, index rows, index cols, index values, Reduce const& reduce,
                    Finish const& finish) {
  index const height = slice_height(rows), slices = larger(1, parts(rows, height));
  T* const partial = context.scratch<T>();
  index const room =
      cpu_context::scratch_bytes / static_cast<index>(sizeof(T)) / (most_slices * values) / column_block * column_block;
  for (index first = 0; first < cols; first += room) {
    index const span = smaller(room, cols - first);
    auto slice = [&](index task) {
      index const s = task % slices, left = task / slices * column_block;
      reduce(column_slice<T>{s * height, smaller(rows, (s + 1) * height), first + left, smaller(column_block, span - left),
                             partial + s * values * span + left, span});
    };
    index const tasks = slices * parts(span, column_block);
    constexpr index worth_sharing = 8192;
    if (rows * span < worth_sharing)
      for (index i = 0; i < tasks; ++i) slice(i);
    else
      context.parallel(tasks, slice);
    for (index c = 0; c < span; ++c) finish(first + c, column_parts<T>{partial + c, span, slices, values});
  }
}

}  // namespace ssl::backends::cpu_kernels
