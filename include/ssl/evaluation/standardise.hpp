// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/evaluation/detail/checks.hpp"

/// \file
/// Features brought to mean 0 and deviation 1 by the statistics of the training rows.
namespace ssl::evaluation {

struct standardisation {
  xt::xtensor<double, 1> mean;       ///< (D)
  xt::xtensor<double, 1> deviation;  ///< (D), unbiased; 0 marks a constant column, which becomes 0 in every data set
};

namespace detail {

/// The standardisation that changes nothing.
inline standardisation identity_standardisation(index width) {
  auto const size = static_cast<std::size_t>(width);
  return {xt::xtensor<double, 1>({size}, 0.0), xt::xtensor<double, 1>({size}, 1.0)};
}

/// Mean and unbiased deviation over some rows. Sums are of differences from the first of them: they lose no digits where the mean
/// is large, and a constant column has a deviation of exactly 0. They are kept in Eigen's own memory, whose alignment is always
/// the same: the compiler joins products and sums in packets otherwise than at unaligned ends, and the last bits would differ.
template <class Scalar>
standardisation standardisation_of_rows(basic_embeddings<Scalar> const& features, std::vector<index> const& rows) {
  check_rows(static_cast<index>(rows.size()), "a deviation");
  auto const all = view(features);
  auto const row = [&](index number) { return all.row(number).template cast<double>(); };
  Eigen::RowVectorXd const origin = row(rows.front());
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(all.cols()), deviation = mean;
  for (index const number : rows) mean += row(number) - origin;
  mean = mean / static_cast<double>(rows.size()) + origin;
  for (index const number : rows) deviation += (row(number) - mean).cwiseAbs2();
  deviation = (deviation / static_cast<double>(rows.size() - 1)).cwiseSqrt();
  auto result = identity_standardisation(all.cols());
  std::copy_n(mean.data(), mean.size(), result.mean.begin());
  std::copy_n(deviation.data(), deviation.size(), result.deviation.begin());
  return result;
}

/// 1 / deviation, and 0 for constant columns.
inline Eigen::RowVectorXd scale_of(standardisation const& by) {
  Eigen::Map<Eigen::RowVectorXd const> const deviation(by.deviation.data(), static_cast<index>(by.deviation.size()));
  return (deviation.array() > 0).select(deviation.cwiseInverse(), 0.0);
}

}  // namespace detail

/// Mean and unbiased deviation of each column.
///
/// Shapes       features: (N, D)
/// Requires     N >= 2
/// Errors       E640 sizes; E643 a value that is not finite; E644 a single row
template <class Scalar>
standardisation standardisation_of(basic_embeddings<Scalar> const& features) {
  detail::check_features(features, "the features");
  return detail::standardisation_of_rows(features, detail::all_rows(static_cast<index>(features.shape(0))));
}

/// (features - mean) / deviation by column, 0 where the deviation is 0. Errors: E640 another number of columns.
template <class Scalar>
basic_embeddings<Scalar> standardised(basic_embeddings<Scalar> const& features, standardisation const& by) {
  if (features.shape(1) != by.mean.size())
    throw data_error(640, "the features have " + std::to_string(features.shape(1)) + " columns, the standardisation " +
                              std::to_string(by.mean.size()));
  auto result = features;
  auto rows = detail::view(result);
  Eigen::Map<Eigen::RowVectorXd const> const mean(by.mean.data(), rows.cols());
  auto const scale = detail::scale_of(by);
  for (index row = 0; row < rows.rows(); ++row)
    rows.row(row) = (rows.row(row).template cast<double>() - mean).cwiseProduct(scale).template cast<Scalar>();
  return result;
}

}  // namespace ssl::evaluation
