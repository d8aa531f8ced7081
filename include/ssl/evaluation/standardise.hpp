// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/evaluation/detail/matrix.hpp"

/// \file
/// Features brought to mean 0 and deviation 1 by the statistics of the training rows.
namespace ssl::evaluation {

struct standardisation {
  xt::xtensor<double, 1> mean;       ///< (D)
  xt::xtensor<double, 1> deviation;  ///< (D), unbiased; 0 marks a constant column, which becomes 0 in every data set
};

/// Mean and unbiased deviation of each column.
///
/// Shapes       features: (N, D)
/// Requires     N >= 2. A column is constant when its deviation is below 1e-12 of its mean's size: rounding of equal values
/// Errors       E640 sizes; E643 a value that is not finite; E644 a single row
template <class Scalar>
standardisation standardisation_of(basic_embeddings<Scalar> const& features) {
  detail::check_features(features, "the features");
  auto const rows = detail::view(features);
  if (rows.rows() < 2) throw data_error(644, "a deviation needs at least 2 rows; found 1");
  standardisation result{xt::xtensor<double, 1>({features.shape(1)}, 0.0), xt::xtensor<double, 1>({features.shape(1)}, 0.0)};
  Eigen::Map<Eigen::RowVectorXd> mean(result.mean.data(), rows.cols()), deviation(result.deviation.data(), rows.cols());
  for (index row = 0; row < rows.rows(); ++row) mean += rows.row(row).template cast<double>();
  mean /= static_cast<double>(rows.rows());
  for (index row = 0; row < rows.rows(); ++row) deviation += (rows.row(row).template cast<double>() - mean).cwiseAbs2();
  deviation = (deviation / static_cast<double>(rows.rows() - 1)).cwiseSqrt();
  deviation = (deviation.array() > 1e-12 * mean.array().abs()).select(deviation, 0.0);
  return result;
}

/// (features - mean) / deviation by column, 0 where the deviation is 0. Errors: E640 another number of columns.
template <class Scalar>
basic_embeddings<Scalar> standardised(basic_embeddings<Scalar> const& features, standardisation const& by) {
  if (features.shape(1) != by.mean.size())
    throw data_error(640, "the features have " + std::to_string(features.shape(1)) + " columns, the standardisation " +
                              std::to_string(by.mean.size()));
  auto result = features;
  for (std::size_t row = 0; row < features.shape(0); ++row)
    for (std::size_t column = 0; column < features.shape(1); ++column) {
      double const deviation = by.deviation(column);
      result(row, column) = static_cast<Scalar>(deviation > 0 ? (features(row, column) - by.mean(column)) / deviation : 0.0);
    }
  return result;
}

}  // namespace ssl::evaluation
