// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/capabilities.hpp"
#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/packing.hpp"
#include "ssl/backends/cpu/detail/partition.hpp"

namespace ssl::backends::cpu_kernels {
namespace detail {

/// Blocks of one thread: a panel of B (block_k x tile_columns) stays in the first cache, block_m x block_k of A and block_k x
/// block_n of B in the second.
inline constexpr index block_k = 256, block_n = 256, block_m = 32 * tile_rows;

template <class T>
inline constexpr index packed_elements = block_k*(block_n + block_m);

/// One block: C += A B with k <= block_k and n <= block_n, m <= block_m.
template <class T>
void multiply_block(product<T> const& p, T* packed) {
  constexpr int width = tile_columns<T>;
  bool const a_across = p.form == gemm_form::tn, b_across = p.form == gemm_form::nt;
  bool const pack_a = a_across && p.n > width && p.m * p.k > 8192;
  bool const pack_b = b_across || (p.m > 8 * tile_rows && p.k * p.ldb > 8192);
  T* const packed_b = packed;
  T* const packed_a = packed + block_k * block_n;
  tile_product<T> tile;
  tile.steps = p.k, tile.alpha = p.alpha, tile.beta = p.beta;
  tile.a_step = pack_a ? tile_rows : a_across ? p.lda : 1;
  index const a_row = a_across ? 1 : p.lda;
  for (index j = 0; j < p.n; j += width) {
    tile.columns = smaller(width, p.n - j);
    tile.b = packed_b, tile.b_step = width;
    if (b_across)
      pack_transposed(p.b + j * p.ldb, p.ldb, p.k, tile.columns, packed_b);
    else if (pack_b || tile.columns < width)
      pack_columns(p.b + j, p.ldb, p.k, tile.columns, packed_b);
    else
      tile.b = p.b + j, tile.b_step = p.ldb;
    for (index i = 0; i < p.m; i += tile_rows) {
      tile.rows = static_cast<int>(smaller(tile_rows, p.m - i));
      T const* a = p.a + i * a_row;
      if (pack_a) {
        a = packed_a + i * block_k;
        if (j == 0) pack_rows(p.a + i, p.lda, p.k, tile.rows, packed_a + i * block_k);
      }
      for (int r = 0; r < tile_rows; ++r) {
        index const at = r < tile.rows ? r : tile.rows - 1;
        tile.a[r] = a + at * (pack_a ? 1 : a_row), tile.c[r] = p.c + (i + at) * p.ldc + j;
      }
      multiply_tile(tile);
    }
  }
}

/// The rows i and columns j of C, on the calling thread.
template <class T>
void multiply(product<T> const& p, T* packed) {
  for (index j = 0; j < p.n; j += block_n)
    for (index i = 0; i < p.m; i += block_m) {
      index l = 0;
      do {
        product<T> block = p;
        block.m = smaller(block_m, p.m - i), block.n = smaller(block_n, p.n - j), block.k = smaller(block_k, p.k - l);
        block.a += p.form == gemm_form::tn ? l * p.lda + i : i * p.lda + l;
        block.b += p.form == gemm_form::nt ? j * p.ldb + l : l * p.ldb + j;
        block.c += i * p.ldc + j;
        if (l > 0) block.beta = T(1);
        multiply_block(block, packed);
        l += block_k;
      } while (l < p.k);
    }
}

/// How C is cut into tasks: by the extents alone, so that the bits do not depend on the number of threads.
template <class T>
struct product_tasks {
  index height = block_m, width = block_n;

  explicit product_tasks(product<T> const& p) {
    constexpr index worth_a_task = index{1} << 21, wanted = 12, least_height = 4 * tile_rows, least_width = 2 * tile_columns<T>;
    auto work = [&] { return smaller(p.m, height) * smaller(p.n, width) * p.k; };
    while (parts(p.m, height) * parts(p.n, width) < wanted && work() > worth_a_task &&
           (height > least_height || width > least_width)) {
      bool const flat = smaller(p.m, height) < smaller(p.n, width);
      (flat && width > least_width) || height <= least_height ? width /= 2 : height /= 2;
    }
  }
};

}  // namespace detail

template <class T>
void gemm(cpu_context const& context, product<T> const& p) {
  if (p.m <= 0 || p.n <= 0) return;
  detail::product_tasks<T> const cut(p);
  index const across = parts(p.n, cut.width);
  context.parallel(parts(p.m, cut.height) * across, [&](index task, int slot) {
    index const i = task / across * cut.height, j = task % across * cut.width;
    product<T> part = p;
    part.m = smaller(cut.height, p.m - i), part.n = smaller(cut.width, p.n - j);
    part.a += p.form == gemm_form::tn ? i : i * p.lda;
    part.b += p.form == gemm_form::nt ? j * p.ldb : j;
    part.c += i * p.ldc + j;
    detail::multiply(part, context.scratch<T>(slot));
  });
}

}  // namespace ssl::backends::cpu_kernels
