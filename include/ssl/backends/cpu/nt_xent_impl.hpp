// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/cells.hpp"
#include "ssl/backends/cpu/detail/pairing.hpp"
#include "ssl/backends/cpu/detail/vector_math.hpp"
#include "ssl/backends/cpu/detail/workspaces.hpp"
#include "ssl/backends/cpu/gemm_impl.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/contrastive.hpp"
#include "ssl/ops/l2_normalize.hpp"
#include "ssl/ops/products.hpp"

namespace ssl::backends::cpu_kernels {
namespace detail {

/// NT-Xent over square tiles of one triangle of the similarity matrix. A tile of two blocks of rows serves both: its rows are
/// similarities of the first block, its columns of the second.
///
/// No similarity exceeds 1 / temperature, so exp(similarity - 1 / temperature) serves the sums of rows and of columns and the
/// gradient, unless the temperature is so sharp that it may underflow: then each row is compared with its own largest similarity.
template <class T>
struct nt_xent {
  static constexpr T excluded = T(-1e30);  ///< in place of a similarity that does not count; its exp is 0

  index rows, width;
  T bound;  ///< of the similarities: 1 / temperature
  bool sharp = T(2) * bound > T(-0.9) * exp_constants<T>::lowest;
  index block = nt_xent_block(rows);
  T* unit;      ///< (rows, width) normalised
  T* norm;      ///< (rows)
  T* positive;  ///< (rows) similarity of the positive, over the temperature
  T* largest;   ///< (rows, up to a block more) a bound of the similarities, or of those seen so far; then log-sum-exp
  T* sum;       ///< (rows, up to a block more) of exp(similarity - largest); then its inverse
  T* kept;      ///< the tiles as `compare` leaves them, where they are few; null: made again for the gradient

  nt_xent(index rows, index width, T temperature, T* memory) : rows(rows), width(width), bound(T(1) / temperature) {
    index const row = nt_xent_row(rows);
    norm = memory, positive = norm + row, largest = positive + row, sum = largest + row, unit = sum + row;
    kept = nt_xent_kept(rows) > 0 ? unit + round_up(rows * width, block_elements) : nullptr;
  }

  index first_row(index b) const { return b * block; }
  index height(index b) const { return smaller(block, rows - b * block); }
  index blocks() const { return parts(rows, block); }

  /// f(first block, second block, the tile's memory, memory for packing) for the diagonal, then for all pairs.
  template <class F>
  void for_each_tile(cpu_context const& context, F const& f) const {
    index const size = block * block;
    auto const visit = [&](index a, index b, int slot) {
      T* const scratch = context.scratch<T>(slot);
      f(a, b, kept != nullptr ? kept + (b * (b + 1) / 2 + a) * size : scratch, scratch + size);
    };
    context.parallel(blocks(), [&](index b, int slot) { visit(b, b, slot); });
    pairing const games{blocks()};
    if (blocks() < 2) return;
    for (index round = 0; round < games.rounds(); ++round)
      context.parallel(games.pairs(), [&](index i, int slot) {
        auto const [a, b] = games.at(round, i);
        if (b < blocks()) visit(a, b, slot);
      });
  }

  /// s = similarities of block a (rows) and b (columns, filled up with `excluded`) over the temperature.
  void fill(index a, index b, T* s, T* packed) const {
    multiply(product<T>{.form = gemm_form::nt,
                        .m = height(a),
                        .n = height(b),
                        .k = width,
                        .a = unit + first_row(a) * width,
                        .lda = width,
                        .b = unit + first_row(b) * width,
                        .ldb = width,
                        .c = s,
                        .ldc = block,
                        .alpha = bound},
             packed);
    for (index i = 0; i < height(a); ++i) {
      for (index j = height(b); j < block; ++j) s[i * block + j] = excluded;
      if (a == b) s[i * block + i] = excluded;
    }
  }

  /// f(row in the tile, column in the tile) for every positive that the tile holds.
  template <class F>
  void for_each_positive(index a, index b, F const& f) const {
    for (index i = 0; i < height(a); ++i) {
      index const j = ops::positive_of(first_row(a) + i, rows) - first_row(b);
      if (j >= 0 && j < height(b)) f(i, j);
    }
  }

  /// s = f(s, row in the tile, column in the tile)
  template <class F>
  void transform(index a, T* s, F const& f) const {
    for (index i = 0; i < height(a); ++i, s += block)
      for (index j = 0; j < block; j += lanes<T>) store(s + j, f(load(s + j), i, j));
  }

  /// s = exp(s - bound), added to what the rows and columns of the tile have seen.
  void exponentiate(index a, index b, T* s) const {
    vec<T> of_columns[nt_xent_largest_block / lanes<T>] = {};
    for (index i = 0; i < height(a); ++i, s += block) {
      vec<T> total = {};
      for (index j = 0; j < block; j += lanes<T>) {
        vec<T> const e = exp<T>(load(s + j) - bound);
        store(s + j, e);
        total += e, of_columns[j / lanes<T>] += e;
      }
      sum[first_row(a) + i] += sum_of<T>(total);
    }
    if (a == b) return;
    for (index j = 0; j < block; j += lanes<T>) {
      T* const to = sum + first_row(b) + j;
      store(to, load(to) + of_columns[j / lanes<T>]);
    }
  }

  /// Joins what a tile says about its rows to what they have seen, where the temperature is sharp.
  void see_rows(index a, T const* s) const {
    for (index i = 0; i < height(a); ++i, s += block) {
      vec<T> most = load(s), total = {};
      for (index j = lanes<T>; j < block; j += lanes<T>) most = max<T>(most, load(s + j));
      T &before = largest[first_row(a) + i], &sum_before = sum[first_row(a) + i];
      vec<T> const shift = vec<T>{} + math::max(before, max_of<T>(most));
      for (index j = 0; j < block; j += lanes<T>) total += exp<T>(load(s + j) - shift);
      sum_before = sum_before * math::exp(before - shift[0]) + sum_of<T>(total);
      before = shift[0];
    }
  }
  /// The same for its columns.
  void see_columns(index b, index count, T const* s) const {
    T *before = largest + first_row(b), *sum_before = sum + first_row(b);
    for (index j = 0; j < block; j += lanes<T>, before += lanes<T>, sum_before += lanes<T>) {
      vec<T> shift = load(before), total = {};
      for (index i = 0; i < count; ++i) shift = max<T>(shift, load(s + i * block + j));
      for (index i = 0; i < count; ++i) total += exp<T>(load(s + i * block + j) - shift);
      store(sum_before, load(sum_before) * exp<T>(load(before) - shift) + total);
      store(before, shift);
    }
  }

  void normalise(cpu_context const& context, T const* z) const {
    cpu_cells::sum_rows(context, rows, width, ops::product_of<T>{z, z, width}, ops::store_root<T>{norm});
    cpu_cells::map2d(context, rows, width, ops::unit_row_cell<T>{z, norm, unit, width, smallest});
  }

  /// log-sum-exp and positive similarity of every row.
  void compare(cpu_context const& context) const {
    for (index i = 0; i < nt_xent_row(rows); ++i) largest[i] = sharp ? excluded : bound, sum[i] = T(0);
    for_each_tile(context, [this](index a, index b, T* s, T* packed) {
      fill(a, b, s, packed);
      for_each_positive(a, b, [&](index i, index j) {
        positive[first_row(a) + i] = s[i * block + j];
        positive[first_row(b) + j] = s[i * block + j];
      });
      if (!sharp) return exponentiate(a, b, s);
      see_rows(a, s);
      if (a != b) see_columns(b, height(a), s);
    });
    for (index i = 0; i < nt_xent_row(rows); ++i) largest[i] += math::log(sum[i]), sum[i] = T(1) / sum[i];
  }

  /// s = d(sum of all losses) / d(s and its mirror image): exp(s - log-sum-exp of the row) + exp(s - that of the column), less 2 at positives.
  void differentiate(index a, index b, T* s) const {
    T const *const rows_lse = largest + first_row(a), *const columns_lse = largest + first_row(b);
    T const *const rows_inverse = sum + first_row(a), *const columns_inverse = sum + first_row(b);
    if (sharp)
      transform(a, s, [=](vec<T> x, index i, index j) { return exp<T>(x - rows_lse[i]) + exp<T>(x - load(columns_lse + j)); });
    else if (kept == nullptr)
      transform(a, s, [=, this](vec<T> x, index i, index j) {
        return exp<T>(x - bound) * (rows_inverse[i] + load(columns_inverse + j));
      });
    else
      transform(a, s, [=](vec<T> e, index i, index j) { return e * (rows_inverse[i] + load(columns_inverse + j)); });
    for_each_positive(a, b, [&](index i, index j) { s[i * block + j] -= T(2); });
  }

  /// gz of block `to` = factor s u (+ gz), u the rows of block `from`.
  void collect(gemm_form form, index to, index from, T const* s, T factor, T beta, T* gz, T* packed) const {
    multiply(product<T>{.form = form,
                        .m = height(to),
                        .n = width,
                        .k = height(from),
                        .a = s,
                        .lda = block,
                        .b = unit + first_row(from) * width,
                        .ldb = width,
                        .c = gz + first_row(to) * width,
                        .ldc = width,
                        .alpha = factor,
                        .beta = beta},
             packed);
  }

  /// Writes weight * gradient of the mean.
  void gradient(cpu_context const& context, T weight, T* gz) const {
    T const factor = weight * bound / T(rows);
    for_each_tile(context, [=, this](index a, index b, T* s, T* packed) {
      if (kept == nullptr) fill(a, b, s, packed);
      differentiate(a, b, s);
      collect(gemm_form::nn, a, b, s, factor, T(a == b ? 0 : 1), gz, packed);
      if (a != b) collect(gemm_form::tn, b, a, s, factor, T(1), gz, packed);
    });
    cpu_cells::sum_rows(context, rows, width, ops::product_of<T>{gz, unit, width}, ops::store<T>{sum});
    cpu_cells::map2d(context, rows, width, ops::unit_row_gradient_cell<T>{gz, unit, norm, sum, gz, width, smallest});
  }

  static constexpr T smallest = T(1e-12);
};

}  // namespace detail

template <class T>
void nt_xent_tiled(cpu_context const& context, index rows, index width, T const* z, T temperature, T weight, T* loss, T* gz,
                   T* workspace) {
  detail::nt_xent<T> const tiles(rows, width, temperature, workspace);
  tiles.normalise(context, z);
  tiles.compare(context);
  cpu_cells::sum_rows(context, 1, rows, ops::anchor_loss<T>{tiles.largest, tiles.positive, nullptr},
                      [=](index, T sum) { *loss = sum / T(rows); });
  if (gz != nullptr) tiles.gradient(context, weight, gz);
}

}  // namespace ssl::backends::cpu_kernels
