// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/cells.hpp"
#include "ssl/backends/cpu/detail/columns.hpp"
#include "ssl/backends/cpu/detail/vector.hpp"
#include "ssl/ops/batch_norm.hpp"

namespace ssl::backends::cpu_kernels {
namespace detail {

/// f(integral_constant Vectors, first column, columns) for strips of 4, 2 and 1 vectors, the last one perhaps in part.
template <class T, class F>
PRETEXT_INLINE void by_strips(index width, F const& f) {
  index c = 0;
  for (; c + 4 * lanes<T> <= width; c += 4 * lanes<T>) f(std::integral_constant<int, 4>{}, c, index{4 * lanes<T>});
  for (; c + 2 * lanes<T> <= width; c += 2 * lanes<T>) f(std::integral_constant<int, 2>{}, c, index{2 * lanes<T>});
  for (; c < width; c += lanes<T>) f(std::integral_constant<int, 1>{}, c, smaller(lanes<T>, width - c));
}

/// Vector v of a strip of `count` columns; only the only vector of a strip can be a part.
template <class T>
PRETEXT_INLINE vec<T> load_strip(T const* from, int v, index count) {
  return count >= lanes<T> ? load(from + v * lanes<T>) : load_part(from, count);
}
template <class T>
PRETEXT_INLINE void store_strip(T* to, int v, vec<T> value, index count) {
  count >= lanes<T> ? store(to + v * lanes<T>, value) : store_part(to, value, count);
}

/// Mean and sum of squared deviations of `rows` rows, joined to those of the `seen` rows before.
///
/// Source  Chan, Golub, LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances"
template <int Vectors, class T>
void join_moments(T const* x, index cols, index rows, index count, index seen, T* mean, T* squares) {
  vec<T> m[Vectors] = {}, s[Vectors] = {};
  for (index r = 0; r < rows; ++r)
    unrolled<Vectors>([&](auto v) __attribute__((always_inline)) { m[v] += load_strip(x + r * cols, v, count); });
  unrolled<Vectors>([&](auto v) __attribute__((always_inline)) { m[v] *= T(1) / T(rows); });
  for (index r = 0; r < rows; ++r)
    unrolled<Vectors>([&](auto v) __attribute__((always_inline)) {
      vec<T> const d = load_strip(x + r * cols, v, count) - m[v];
      s[v] += d * d;
    });
  T const share = T(rows) / T(rows + seen);
  unrolled<Vectors>([&](auto v) __attribute__((always_inline)) {
    vec<T> const before = seen > 0 ? load_strip(mean, v, count) : m[v], d = m[v] - before;
    vec<T> const sum = seen > 0 ? load_strip(squares, v, count) + s[v] + d * d * (share * T(seen)) : s[v];
    store_strip(mean, v, before + d * share, count);
    store_strip(squares, v, sum, count);
  });
}

/// Adds the sums of gy and of gy (x - mean) over `rows` rows.
template <int Vectors, class T>
void add_gradient_sums(T const* gy, T const* x, index cols, index rows, index count, T const* mean, T* sum, T* product) {
  vec<T> m[Vectors], g[Vectors] = {}, p[Vectors] = {};
  unrolled<Vectors>([&](auto v) __attribute__((always_inline)) { m[v] = load_strip(mean, v, count); });
  for (index r = 0; r < rows; ++r)
    unrolled<Vectors>([&](auto v) __attribute__((always_inline)) {
      vec<T> const gradient = load_strip(gy + r * cols, v, count);
      g[v] += gradient;
      p[v] += gradient * (load_strip(x + r * cols, v, count) - m[v]);
    });
  unrolled<Vectors>([&](auto v) __attribute__((always_inline)) {
    store_strip(sum, v, load_strip(sum, v, count) + g[v], count);
    store_strip(product, v, load_strip(product, v, count) + p[v], count);
  });
}

/// y = x factor + offset
template <class T>
struct affine_cell {
  T const* x;
  T const* factor;
  T const* offset;
  T* y;
  index cols;
  void operator()(index r, index c) const { y[r * cols + c] = x[r * cols + c] * factor[c] + offset[c]; }
};

/// gx = factor (gy - shift - (x - mean) slope), the gradient of a normalisation with what depends on the column alone worked out.
template <class T>
struct folded_gradient_cell {
  T const* gy;
  T const* x;
  T const* mean;
  T const* factor;
  T const* shift;
  T const* slope;
  T* gx;
  index cols;
  void operator()(index r, index c) const {
    index const i = r * cols + c;
    gx[i] = factor[c] * (gy[i] - shift[c] - (x[i] - mean[c]) * slope[c]);
  }
};

}  // namespace detail

template <class T>
void batch_norm_statistics(cpu_context const& context, index rows, index cols, T const* x, T* mean, T* variance) {
  auto reduce = [=](column_slice<T> const& s) {
    T *m = s.out, *squares = s.out + s.distance;
    index const cached = larger(16, smaller(chunk_rows, 4096 / s.width));
    for (index top = s.top; top < s.bottom; top += cached)
      detail::by_strips<T>(s.width, [&](auto vectors, index c, index count) {
        detail::join_moments<vectors>(x + top * cols + s.left + c, cols, smaller(cached, s.bottom - top), count, top - s.top,
                                      m + c, squares + c);
      });
  };
  index const height = slice_height(rows);
  reduce_columns<T>(context, rows, cols, 2, reduce, [=](index c, column_parts<T> const& part) {
    T m = part(0, 0), squares = part(0, 1);
    for (index s = 1; s < part.slices; ++s) {
      T const seen = T(s * height), count = T(smaller(height, rows - s * height)), d = part(s, 0) - m,
              share = count / (seen + count);
      m += d * share;
      squares += part(s, 1) + d * d * share * seen;
    }
    mean[c] = m, variance[c] = squares / T(rows);
  });
}

template <class T>
void batch_norm_apply(cpu_context const& context, index rows, index cols, T const* x, T const* factor, T const* offset, T* y) {
  cpu_cells::map2d(context, rows, cols, detail::affine_cell<T>{x, factor, offset, y, cols});
}

template <class T>
void batch_norm_backward_sums(cpu_context const& context, index rows, index cols, T const* gy, T const* x, T const* mean,
                              T const* rstd, T* sum_gy, T* sum_gy_normal) {
  auto reduce = [=](column_slice<T> const& s) {
    T *sum = s.out, *product = s.out + s.distance;
    for (index c = 0; c < s.width; ++c) sum[c] = product[c] = T(0);
    index const cached = larger(16, smaller(chunk_rows, 2048 / s.width));
    for (index top = s.top; top < s.bottom; top += cached)
      detail::by_strips<T>(s.width, [&](auto vectors, index c, index count) {
        index const at = top * cols + s.left + c;
        detail::add_gradient_sums<vectors>(gy + at, x + at, cols, smaller(cached, s.bottom - top), count, mean + s.left + c,
                                           sum + c, product + c);
      });
  };
  reduce_columns<T>(context, rows, cols, 2, reduce, [=](index c, column_parts<T> const& part) {
    T sum = part(0, 0), product = part(0, 1);
    for (index s = 1; s < part.slices; ++s) sum += part(s, 0), product += part(s, 1);
    sum_gy[c] = sum, sum_gy_normal[c] = product * rstd[c];
  });
}

template <class T>
void batch_norm_backward_apply(cpu_context const& context, index rows, index cols, T const* gy, T const* x, T const* mean,
                               T const* rstd, T const* scale, T const* sum_gy, T const* sum_gy_normal, T* gx) {
  constexpr index room = cpu_context::scratch_bytes / static_cast<index>(3 * sizeof(T));
  if (cols > room) {
    cpu_cells::map2d(context, rows, cols,
                     ops::normalise_gradient_cell<T>{gy, x, mean, rstd, scale, sum_gy, sum_gy_normal, gx, cols, T(rows)});
    return;
  }
  T* const factor = context.scratch<T>();
  T *const shift = factor + cols, *const slope = shift + cols;
  for (index c = 0; c < cols; ++c) {
    factor[c] = scale != nullptr ? scale[c] * rstd[c] : rstd[c];
    shift[c] = sum_gy[c] / T(rows);
    slope[c] = rstd[c] * sum_gy_normal[c] / T(rows);
  }
  cpu_cells::map2d(context, rows, cols, detail::folded_gradient_cell<T>{gy, x, mean, factor, shift, slope, gx, cols});
}

}  // namespace ssl::backends::cpu_kernels
