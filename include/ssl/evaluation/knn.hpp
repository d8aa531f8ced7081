// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ssl/backends/cpu/detail/packing.hpp"
#include "ssl/backends/cpu/detail/partition.hpp"
#include "ssl/backends/cpu/detail/vector_math.hpp"
#include "ssl/evaluation/accuracy.hpp"
#include "ssl/evaluation/detail/blocks.hpp"
#include "ssl/evaluation/detail/matrix.hpp"

/// \file
/// Nearest neighbours by cosine similarity, and the weighted vote of their labels.
namespace ssl::evaluation {

/// The k nearest rows of a bank for each of N queries, nearest first.
template <class Scalar>
struct neighbours {
  xt::xtensor<std::int32_t, 2> rows;      ///< (N, k), rows of the bank
  basic_embeddings<Scalar> similarities;  ///< (N, k), cosine
};

struct knn_options {
  int k = 20;                 ///< neighbours that vote
  double temperature = 0.07;  ///< a vote weighs exp(cosine / temperature); 0.07 as DINO, 0.1 with k = 200 as MoCo and lightly
};

struct knn_result {
  double accuracy;                 ///< share of labelled queries whose class has most votes
  double top5;                     ///< share whose class is among the five, or k if fewer, with most votes
  labels predicted;                ///< (N); of equal votes the lower class
  basic_embeddings<double> votes;  ///< (N, K)
};

namespace detail {

namespace kernels = backends::cpu_kernels;

// Queries that go through the bank together: they stay in the second cache while its panels pass.
inline constexpr index queries_per_block = 32 * kernels::tile_rows;

/// Rows of a bank, of unit length, in panels of as many as the inner loop of products takes at a time.
template <class Scalar>
struct unit_panels {
  static constexpr index panel_rows = kernels::tile_columns<Scalar>;
  index rows, width;
  matrix<Scalar> panels;  ///< (panels, width x panel_rows), zeros behind the last row

  unit_panels(basic_embeddings<Scalar> const& bank, std::vector<index> const& bank_rows)
      : rows(static_cast<index>(bank_rows.size())),
        width(static_cast<index>(bank.shape(1))),
        panels(kernels::parts(rows, panel_rows), width * panel_rows) {
    for_each_block(rows, panel_rows, [&](index first, index size) {
      matrix<Scalar> chosen(size, width);
      for (index i = 0; i < size; ++i) chosen.row(i) = view(bank).row(bank_rows[static_cast<std::size_t>(first + i)]);
      chosen = unit_rows<Scalar>(chosen);
      kernels::pack_transposed(chosen.data(), width, width, size, panels.row(first / panel_rows).data());
    });
  }
};

/// The similarities of a few queries to the rows of a panel. Every one is the same chain of multiply-adds, cut every 512 steps, so that
/// equal rows have equal similarities, bit for bit.
template <class Scalar>
struct similarity_tile {
  static constexpr index rows = kernels::tile_rows, columns = kernels::tile_columns<Scalar>, longest_chain = 512;
  alignas(kernels::vector_bytes) Scalar values[rows][columns];

  /// queries: (rows, width)
  void fill(Scalar const* queries, index width, Scalar const* panel) {
    kernels::tile_product<Scalar> tile;
    for (index step = 0; step < width; step += longest_chain) {
      for (index i = 0; i < rows; ++i) tile.a[i] = queries + i * width + step, tile.c[i] = values[i];
      tile.b = panel + step * columns, tile.steps = std::min(longest_chain, width - step), tile.beta = Scalar(step > 0 ? 1 : 0);
      kernels::multiply_tile(tile);
    }
  }
};

/// take_one(i) for each i < count, in rising order, for which keep(values[i]). Few are kept, so which ones is found out for all at once.
/// Reads tile_columns values.
template <class Scalar, class Keep, class Take>
PRETEXT_INLINE void for_each_kept(Scalar const* values, index count, Keep const& keep, Take const& take_one) {
  constexpr int columns = kernels::tile_columns<Scalar>;
  static_assert(columns <= 32, "a bit for each");
  std::uint32_t kept = 0;
#pragma omp simd reduction(| : kept)
  for (int i = 0; i < columns; ++i) kept |= keep(values[i]) ? std::uint32_t{1} << i : 0;
  for (; kept != 0; kept &= kept - 1)
    if (index const i = std::countr_zero(kept); i < count) take_one(i);
}

/// The k best of the similarities offered so far: those above a bound are gathered, in the order of their rows, and now and then thinned
/// out to k, which raises the bound.
template <class Scalar>
class nearest_rows {
 public:
  explicit nearest_rows(index k)
      : k_(k), similarities_(static_cast<std::size_t>(2 * k + 4 * columns)), rows_(similarities_.size()) {}

  /// The similarities of `count` rows, which follow those of the call before; what lies behind them in a tile's row does not count.
  void offer(Scalar const* offered, index count, index first_row) {
    Scalar* const similarities = similarities_.data();
    std::int32_t* const rows = rows_.data();
    index size = size_;
    for_each_kept(
        offered, count, [bound = bound_](Scalar similarity) { return similarity > bound; },
        [&](index i) { similarities[size] = offered[i], rows[size++] = static_cast<std::int32_t>(first_row + i); });
    size_ = size;
    if (size + 2 * columns > static_cast<index>(similarities_.size())) thin_out();
  }

  /// take_one(row, similarity) for the k best, the nearest first, of equal similarities the lower row.
  template <class Take>
  void take(Take const& take_one) {
    thin_out();
    std::vector<std::pair<Scalar, std::int32_t>> nearest_first;
    for (std::size_t i = 0; i < static_cast<std::size_t>(size_); ++i) nearest_first.emplace_back(-similarities_[i], rows_[i]);
    std::sort(nearest_first.begin(), nearest_first.end());
    for (auto const& [opposite, row] : nearest_first) take_one(row, -opposite);
  }

 private:
  static constexpr index columns = kernels::tile_columns<Scalar>;

  index count_from(Scalar least) const {
    Scalar const* const similarities = similarities_.data();
    int count = 0;
#pragma omp simd reduction(+ : count)
    for (index i = 0; i < size_; ++i) count += similarities[i] >= least ? 1 : 0;
    return count;
  }

  /// Bisects until k are at least the bound, or until those that are too many are equal: of them the lower rows stay.
  void thin_out() {
    if (size_ <= k_) return;
    Scalar above = 2;  // of any cosine
    index best = 0;    // how many are at least that: at most k
    for (Scalar middle; best < k_ && (middle = bound_ + (above - bound_) / 2) > bound_ && middle < above;) {
      index const count = count_from(middle);
      if (count >= k_) bound_ = middle;
      if (count <= k_) above = middle, best = count;
    }
    Scalar* const similarities = similarities_.data();
    std::int32_t* const rows = rows_.data();
    index kept = 0, rest = k_ - best;
    for (index first = 0; first < size_; first += columns)
      for_each_kept(
          similarities + first, size_ - first, [bound = bound_](Scalar similarity) { return similarity >= bound; },
          [&](index i) {
            Scalar const similarity = similarities[first + i];
            if (similarity < above && rest-- <= 0) return;
            similarities[kept] = similarity, rows[kept++] = rows[first + i];
          });
    size_ = k_;
  }

  index k_, size_ = 0;
  Scalar bound_ = -2;  ///< below any cosine
  std::vector<Scalar> similarities_;
  std::vector<std::int32_t> rows_;
};

/// Neighbours among some rows of the bank, given in rising order; the numbers found count within these rows.
template <class Scalar>
neighbours<Scalar> nearest_among(basic_embeddings<Scalar> const& bank, std::vector<index> const& bank_rows,
                                 basic_embeddings<Scalar> const& queries, index k) {
  using tile = similarity_tile<Scalar>;
  unit_panels<Scalar> const among(bank, bank_rows);
  index const count = static_cast<index>(queries.shape(0)), width = among.width;
  neighbours<Scalar> found{xt::xtensor<std::int32_t, 2>({static_cast<std::size_t>(count), static_cast<std::size_t>(k)}, 0),
                           make_embeddings<Scalar>(count, k)};
  for_each_block(count, queries_per_block, [&](index first, index size) {
    matrix<Scalar> asked = matrix<Scalar>::Zero(queries_per_block, width);
    asked.topRows(size) = unit_rows<Scalar>(view(queries).middleRows(first, size));
    std::vector<nearest_rows<Scalar>> best(static_cast<std::size_t>(size), nearest_rows<Scalar>(k));
    tile similarities;
    for (index start = 0; start < among.rows; start += tile::columns)
      for (index top = 0; top < size; top += tile::rows) {
        similarities.fill(asked.row(top).data(), width, among.panels.row(start / tile::columns).data());
        for (index i = 0; i < std::min(tile::rows, size - top); ++i)
          best[static_cast<std::size_t>(top + i)].offer(similarities.values[i], std::min(tile::columns, among.rows - start),
                                                        start);
      }
    for (index query = 0; query < size; ++query) {
      index place = 0;
      best[static_cast<std::size_t>(query)].take([&](std::int32_t row, Scalar similarity) {
        found.rows(first + query, place) = row;
        found.similarities(first + query, place++) = similarity;
      });
    }
  });
  return found;
}

inline void check_k(index k, index rows) {
  if (k < 1 || k > rows)
    throw composition_error(840, "k nearest neighbours: k is " + std::to_string(k) + "; expected 1 to " + std::to_string(rows) +
                                     ", the labelled rows of the bank");
}

}  // namespace detail

/// The k rows of a bank with the largest cosine similarity to each query; of equal similarities the lower row.
///
/// Shapes       bank: (M, D); queries: (N, D)
/// Requires     1 <= k <= M
/// Errors       E640 sizes; E643 a value that is not finite; E840 k
/// Cost         one (N, D) x (D, M) product, never held as a whole: 8 x 32 similarities per thread, the largest of which are gathered; a
///              packed copy of the bank. The bits do not depend on the number of threads
template <class Scalar>
neighbours<Scalar> nearest(basic_embeddings<Scalar> const& bank, basic_embeddings<Scalar> const& queries, int k) {
  detail::check_features(bank, "the bank's features");
  detail::check_features(queries, "the queries' features");
  detail::check_same_width(bank, queries, "bank and queries");
  auto const every = detail::all_rows(static_cast<index>(bank.shape(0)));
  detail::check_k(k, static_cast<index>(every.size()));
  return detail::nearest_among(bank, every, queries, k);
}

/// Accuracy of the weighted vote of the k nearest neighbours: what features are worth without any training on top.
///
/// Formula      votes(q, c) = sum over the k nearest rows i of class c of exp(cos(q, i) / temperature)
/// Shapes       bank: (M, D); queries: (N, D); their labels: (M), (N)
/// Requires     labels as `labels` says: unlabelled bank rows do not vote, unlabelled queries are predicted but not counted;
///              1 <= k <= labelled rows of the bank; temperature >= 0.002 (below, a vote overflows)
/// Errors       E640 sizes; E641 no label; E642 label below -1; E643 a value that is not finite; E840 k or temperature
/// Cost         that of `nearest`
/// Source       Wu et al. 2018, arXiv:1805.01978, section 3.4; as DINO's eval_knn.py and lightly's knn_predict. Deviation: none;
///              their order of equal votes (and of classes without any) is arbitrary, here the lower class comes first
template <class Scalar>
knn_result knn(basic_embeddings<Scalar> const& bank, labels const& bank_labels, basic_embeddings<Scalar> const& queries,
               labels const& query_labels, knn_options const& options = {}) {
  detail::check_features(bank, "the bank's features");
  detail::check_features(queries, "the queries' features");
  detail::check_same_width(bank, queries, "bank and queries");
  auto const voters = detail::labelled_rows(static_cast<index>(bank.shape(0)), bank_labels, "the bank");
  detail::check_k(options.k, static_cast<index>(voters.size()));
  if (!(options.temperature >= 0.002))
    throw composition_error(840, "knn: the temperature is " + detail::number(options.temperature) + "; expected at least 0.002");

  auto const found = detail::nearest_among(bank, voters, queries, options.k);
  auto const count = queries.shape(0);
  auto votes = detail::make_embeddings<double>(static_cast<index>(count), detail::number_of_classes(bank_labels));
  for (std::size_t query = 0; query < count; ++query)
    for (int place = 0; place < options.k; ++place)
      votes(query, bank_labels(voters[static_cast<std::size_t>(found.rows(query, place))])) +=
          std::exp(static_cast<double>(found.similarities(query, place)) / options.temperature);

  auto predicted = best_class(votes);
  return {accuracy(predicted, query_labels), top_k_accuracy(votes, query_labels, std::min(5, options.k)), std::move(predicted),
          std::move(votes)};
}

}  // namespace ssl::evaluation
