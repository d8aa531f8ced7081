// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

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

// The similarities of a block of queries to a panel of the bank are computed at a time. Both are padded to these sizes, so that
// every pair of rows goes through the same kernel of Eigen's product and equal rows have equal similarities, bit for bit.
inline constexpr index queries_per_block = 128;
inline constexpr index rows_per_strip = 48;  // a multiple of the rows of Eigen's kernels, from SSE to AVX-512
inline constexpr index rows_per_panel = 32 * rows_per_strip;

/// The k best of the similarities offered so far: those above the k-th best known are gathered, and thinned out now and then.
template <class Scalar>
class nearest_rows {
 public:
  explicit nearest_rows(index k) : k_(k) { gathered_.reserve(static_cast<std::size_t>(capacity())); }

  void offer(Scalar const* similarities, index count, index first_row) {  // count: a multiple of rows_per_strip
    using strip = Eigen::Map<Eigen::Array<Scalar, rows_per_strip, 1> const>;
    for (index start = 0; start < count; start += rows_per_strip) {
      if (!(strip(similarities + start).maxCoeff() > bound_)) continue;
      for (index i = start; i < start + rows_per_strip; ++i)
        if (similarities[i] > bound_) gathered_.push_back({similarities[i], static_cast<std::int32_t>(first_row + i)});
      if (static_cast<index>(gathered_.size()) > capacity() - rows_per_strip) thin_out();
    }
  }

  template <class Take>
  void take(Take const& take_one) {
    thin_out();
    std::sort(gathered_.begin(), gathered_.end());
    for (auto const& best : gathered_) take_one(best.row, best.similarity);
    gathered_.clear();
    bound_ = lowest;
  }

 private:
  struct candidate {
    Scalar similarity;
    std::int32_t row;
    friend bool operator<(candidate const& a, candidate const& b) {
      return a.similarity != b.similarity ? a.similarity > b.similarity : a.row < b.row;
    }
  };
  static constexpr Scalar lowest = -std::numeric_limits<Scalar>::infinity();

  index capacity() const { return 2 * k_ + 4 * rows_per_strip; }

  // Rows come in rising order, so a later row must be above the bound: at an equal similarity the lower row stays.
  void thin_out() {
    if (static_cast<index>(gathered_.size()) <= k_) return;
    std::nth_element(gathered_.begin(), gathered_.begin() + (k_ - 1), gathered_.end());
    gathered_.resize(static_cast<std::size_t>(k_));
    bound_ = gathered_.back().similarity;
  }

  index k_;
  Scalar bound_ = lowest;
  std::vector<candidate> gathered_;
};

/// Neighbours among some rows of the bank, given in rising order; the numbers found count within these rows.
template <class Scalar>
neighbours<Scalar> nearest_among(basic_embeddings<Scalar> const& bank, std::vector<index> const& bank_rows,
                                 basic_embeddings<Scalar> const& queries, index k) {
  index const rows = static_cast<index>(bank_rows.size()), width = static_cast<index>(bank.shape(1));
  index const padded = round_up(rows, rows_per_strip), count = static_cast<index>(queries.shape(0));
  matrix<Scalar> unit_bank = matrix<Scalar>::Zero(padded, width);
  for (index row = 0; row < rows; ++row)
    unit_bank.row(row) = unit_rows<Scalar>(view(bank).row(bank_rows[static_cast<std::size_t>(row)]));

  neighbours<Scalar> found{xt::xtensor<std::int32_t, 2>({static_cast<std::size_t>(count), static_cast<std::size_t>(k)}, 0),
                           make_embeddings<Scalar>(count, k)};
  for_each_block(count, queries_per_block, [&](index first, index size) {
    matrix<Scalar> unit_queries = matrix<Scalar>::Zero(queries_per_block, width);
    unit_queries.topRows(size) = unit_rows<Scalar>(view(queries).middleRows(first, size));
    std::vector<nearest_rows<Scalar>> best(static_cast<std::size_t>(size), nearest_rows<Scalar>(k));
    matrix<Scalar> similarities;
    for (index start = 0; start < padded; start += rows_per_panel) {
      index const panel = std::min(rows_per_panel, padded - start);
      similarities.resize(queries_per_block, panel);
      similarities.noalias() = unit_queries * unit_bank.middleRows(start, panel).transpose();
      if (start + panel == padded) similarities.rightCols(padded - rows).setConstant(-std::numeric_limits<Scalar>::infinity());
      for (index query = 0; query < size; ++query)
        best[static_cast<std::size_t>(query)].offer(similarities.row(query).data(), panel, start);
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
/// Cost         one (N, D) x (D, M) product, never held as a whole: 128 x 1536 similarities per thread, and k per query.
///              The bits do not depend on the number of threads
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
