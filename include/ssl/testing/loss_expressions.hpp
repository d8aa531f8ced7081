// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/testing/expression.hpp"

/// \file
/// The shipped losses a second time, as they stand in the papers: the independent specification of their values and gradients.
namespace ssl::testing {

/// Row i and the same image's row of the other view, rows being stacked view-major.
inline std::vector<int> other_views(int rows) {
  std::vector<int> partner(static_cast<std::size_t>(rows));
  for (int i = 0; i < rows; ++i) partner[i] = (i + rows / 2) % rows;
  return partner;
}

/// Similarities of all rows with all rows, over the temperature.
inline expression similarities(expression const& z, double temperature) {
  expression const u = row_normalize(z);
  return (1 / temperature) * product(u, transpose(u));
}

/// losses::nt_xent
inline expression nt_xent(expression const& z, double temperature) {
  expression const s = similarities(z, temperature);
  return mean(row_log_sum_exp(s, [](int i, int k) { return k != i; }) - pick(s, other_views(z.rows())));
}

/// losses::dcl without weights
inline expression dcl(expression const& z, double temperature) {
  expression const s = similarities(z, temperature);
  std::vector<int> const partner = other_views(z.rows());
  return mean(row_log_sum_exp(s, [partner](int i, int k) { return k != i && k != partner[i]; }) - pick(s, partner));
}

/// losses::dcl with positive_weights::hard_first
inline expression weighted_dcl(expression const& z, double temperature, double sigma) {
  int const n = z.rows() / 2;
  std::vector<int> const partner = other_views(z.rows());
  expression const s = similarities(z, temperature), positive = pick(s, partner);
  std::vector<int> first(static_cast<std::size_t>(n));
  std::vector<int> both(static_cast<std::size_t>(2 * n));
  for (int i = 0; i < 2 * n; ++i) both[i] = i % n;
  for (int i = 0; i < n; ++i) first[i] = i;
  expression const log_share = log_softmax((temperature / sigma) * transpose(take_rows(positive, first)));
  expression const weight = take_rows(detach(2.0 + -static_cast<double>(n) * transpose(exp(log_share))), both);
  return mean(row_log_sum_exp(s, [partner](int i, int k) { return k != i && k != partner[i]; }) - weight * positive);
}

/// Cosines of the rows of x with the rows `partner` of y: a column.
inline expression cosines(expression const& x, expression const& y, std::vector<int> const& partner) {
  return row_sums(row_normalize(x) * take_rows(row_normalize(y), partner));
}
/// losses::cosine, both forms; partner[i] = i for same_row.
inline expression negative_cosine(expression const& x, expression const& y, std::vector<int> const& partner) {
  return -1.0 * mean(cosines(x, y, partner));
}
inline expression cosine_distance(expression const& x, expression const& y, std::vector<int> const& partner) {
  return 2.0 + -2.0 * mean(cosines(x, y, partner));
}

/// losses::mean_square_error
inline expression mean_square_error(expression const& x, expression const& y) { return mean(square(x - y)); }

/// losses::softmax_cross_entropy with probabilities
inline expression softmax_cross_entropy(expression const& logits, expression const& targets, double smoothing) {
  double const spread = smoothing / logits.cols();
  expression const t = spread + (1 - smoothing) * targets;
  return -1.0 * mean(row_sums(t * log_softmax(logits)));
}
/// losses::softmax_cross_entropy with labels; rows whose label is negative are left out
inline expression softmax_cross_entropy(expression const& logits, std::vector<int> const& labels, double smoothing) {
  std::vector<int> rows;
  for (int r = 0; r < logits.rows(); ++r)
    if (labels[r] >= 0) rows.push_back(r);
  matrix hot(static_cast<int>(rows.size()), logits.cols());
  for (int i = 0; i < hot.rows; ++i) hot(i, labels[rows[i]]) = 1;
  return softmax_cross_entropy(take_rows(logits, rows), expression::constant(hot), smoothing);
}

}  // namespace ssl::testing
