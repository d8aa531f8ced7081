// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "ssl/evaluation/detail/checks.hpp"

/// \file
/// How often scores name the right class.
namespace ssl::evaluation {

/// The class with the largest score of each row, (N); of equal scores the lower class.
template <class Scalar>
labels best_class(basic_embeddings<Scalar> const& scores) {
  labels best({scores.shape(0)}, 0);
  for (std::size_t row = 0; row < best.size(); ++row) {
    auto const* const first = scores.data() + row * scores.shape(1);
    best(row) = static_cast<std::int32_t>(std::max_element(first, first + scores.shape(1)) - first);
  }
  return best;
}

/// Share of rows whose true class is among the k largest scores.
///
/// Shapes       scores: (N, K); true_classes: (N)
/// Requires     1 <= k. Of equal scores the lower class comes first; rows without a label do not count
/// Errors       E640 sizes; E641 no label; E642 label below -1; E840 k below 1
template <class Scalar>
double top_k_accuracy(basic_embeddings<Scalar> const& scores, labels const& true_classes, int k) {
  if (k < 1) throw composition_error(840, "top_k_accuracy: k is " + std::to_string(k) + "; expected at least 1");
  auto const rows = detail::labelled_rows(static_cast<index>(scores.shape(0)), true_classes, "scores");
  auto const classes = static_cast<index>(scores.shape(1));
  index hits = 0;
  for (index const row : rows) {
    index const truth = true_classes(row);
    if (truth >= classes) continue;
    index ahead = 0;
    for (index other = 0; other < classes; ++other)
      ahead += scores(row, other) > scores(row, truth) || (scores(row, other) == scores(row, truth) && other < truth);
    hits += ahead < k;
  }
  return static_cast<double>(hits) / static_cast<double>(rows.size());
}

/// Share of labelled rows that are predicted right. Errors: E640, E641, E642.
inline double accuracy(labels const& predicted, labels const& true_classes) {
  auto const rows = detail::labelled_rows(static_cast<index>(predicted.size()), true_classes, "predictions");
  auto const hits = std::count_if(rows.begin(), rows.end(), [&](index row) { return predicted(row) == true_classes(row); });
  return static_cast<double>(hits) / static_cast<double>(rows.size());
}

/// Counts of (true class, predicted class), (classes, classes); rows without a label do not count.
///
/// Errors       E640 sizes; E641 no label; E642 a class below -1 (a prediction: below 0), or not below `classes`
inline xt::xtensor<std::int64_t, 2> confusion_matrix(labels const& predicted, labels const& true_classes, int classes) {
  auto const rows = detail::labelled_rows(static_cast<index>(predicted.size()), true_classes, "predictions");
  auto const extent = static_cast<std::size_t>(std::max(classes, 0));
  xt::xtensor<std::int64_t, 2> counts({extent, extent}, 0);
  for (index const row : rows) {
    if (predicted(row) < 0 || std::max(predicted(row), true_classes(row)) >= classes)
      throw data_error(642, "confusion_matrix: row " + std::to_string(row) + " has true class " +
                                std::to_string(true_classes(row)) + " and predicted class " + std::to_string(predicted(row)) +
                                "; expected 0 to " + std::to_string(classes - 1));
    ++counts(true_classes(row), predicted(row));
  }
  return counts;
}

}  // namespace ssl::evaluation
