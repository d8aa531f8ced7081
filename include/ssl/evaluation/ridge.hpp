// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <Eigen/Cholesky>

#include "ssl/evaluation/linear_map.hpp"

namespace ssl::evaluation {

/// Linear regression with a penalty on the weights, in closed form: what a linear map can read of continuous targets.
///
/// Formula      min |Y - X W^T - b|^2 + penalty |W|^2, sums over all rows; the bias is free
/// Shapes       features: (N, D), targets: (N, E), row i of both the same sample
/// Requires     penalty > 0
/// Errors       E640 sizes; E643 a value that is not finite; E840 an option
/// Cost         N D^2 + D^3 / 3, in double; memory 8 D (N + D) bytes. Bits independent of threads
/// Source       scikit-learn's Ridge, whose alpha is the penalty
template <class Scalar>
linear_map ridge(basic_embeddings<Scalar> const& features, basic_embeddings<Scalar> const& targets, double penalty) {
  detail::check_features(features, "the features");
  detail::check_features(targets, "the targets");
  if (features.shape(0) != targets.shape(0))
    throw data_error(640, "ridge: " + std::to_string(features.shape(0)) + " rows of features and " +
                              std::to_string(targets.shape(0)) + " of targets");
  if (!(penalty > 0)) throw composition_error(840, "ridge: expected penalty > 0, found " + detail::number(penalty));

  Eigen::MatrixXd x = detail::view(features).template cast<double>(), y = detail::view(targets).template cast<double>();
  Eigen::RowVectorXd const x_mean = x.colwise().mean(), y_mean = y.colwise().mean();
  x.rowwise() -= x_mean;
  y.rowwise() -= y_mean;
  detail::matrix<double> weights;
  detail::in_one_thread([&] {
    Eigen::MatrixXd normal = x.transpose() * x;
    normal.diagonal().array() += penalty;
    weights = normal.llt().solve(x.transpose() * y).transpose();
  });
  linear_map result{.weights = detail::make_embeddings<double>(weights.rows(), weights.cols()),
                    .bias = detail::vector_of(y_mean.transpose() - weights * x_mean.transpose())};
  detail::view(result.weights) = weights;
  return result;
}

}  // namespace ssl::evaluation
