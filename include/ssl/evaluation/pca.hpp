// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <Eigen/Eigenvalues>

#include "ssl/evaluation/linear_map.hpp"

namespace ssl::evaluation {

/// The directions in which features vary most.
struct principal_components {
  xt::xtensor<double, 1> mean;                      ///< (D)
  basic_embeddings<double> components;              ///< (K, D): orthogonal rows of length 1, by falling variance
  xt::xtensor<double, 1> explained_variance;        ///< (K), unbiased
  xt::xtensor<double, 1> explained_variance_ratio;  ///< (K), of the variance in all directions

  /// Coordinates along the components, (N, K), for features (N, D). Errors: E640 another number of columns.
  template <class Scalar>
  basic_embeddings<double> project(basic_embeddings<Scalar> const& features) const {
    auto const rows = detail::view(components);
    Eigen::Map<Eigen::VectorXd const> const centre(mean.data(), static_cast<index>(mean.size()));
    return detail::affine(features, components, detail::vector_of(-(rows * centre)));
  }
};

/// Principal components: the first `count` eigenvectors of the covariance. The largest entry of each is positive.
///
/// Shapes       features: (N, D); 1 <= count <= min(N, D)
/// Errors       E640 sizes; E643 a value that is not finite; E644 a single row; E840 count
/// Cost         N D min(N, D) + 9 min(N, D)^3, in double; variances below 1e-15 of the largest are noise. Bits independent of
///              threads
/// Source       scikit-learn's PCA. Deviation: the sign
template <class Scalar, class Matrix = Eigen::MatrixXd>
principal_components pca(basic_embeddings<Scalar> const& features, index count) {
  detail::check_features(features, "the features");
  Matrix x = detail::view(features).template cast<double>();
  detail::check_rows(x.rows(), "a covariance");
  if (count < 1 || count > std::min(x.rows(), x.cols()))
    throw composition_error(840, "pca: expected 1 to " + std::to_string(std::min(x.rows(), x.cols())) + " components, found " +
                                     std::to_string(count));
  Eigen::RowVectorXd const mean = x.colwise().mean();
  x.rowwise() -= mean;
  bool const wide = x.cols() > x.rows();  // then the smaller products of rows with rows have the same eigenvalues
  double const share = 1.0 / static_cast<double>(x.rows() - 1);
  Matrix components;
  Eigen::VectorXd variance;
  detail::in_one_thread([&] {
    Matrix const products = wide ? Matrix(x * x.transpose() * share) : Matrix(x.transpose() * x * share);
    Eigen::SelfAdjointEigenSolver<Matrix> const solver(products);
    Matrix const vectors = solver.eigenvectors().rightCols(count).rowwise().reverse();
    variance = solver.eigenvalues().tail(count).reverse().cwiseMax(0);
    components = wide ? Matrix((x.transpose() * vectors).colwise().normalized()) : vectors;
  });
  for (index k = 0; k < count; ++k) {
    index largest = 0;
    components.col(k).cwiseAbs().maxCoeff(&largest);
    if (components(largest, k) < 0) components.col(k) *= -1;
  }
  double const all = x.squaredNorm() * share;
  principal_components result{.mean = detail::vector_of(mean.transpose()),
                              .components = detail::make_embeddings<double>(count, x.cols()),
                              .explained_variance = detail::vector_of(variance),
                              .explained_variance_ratio = detail::vector_of(all > 0 ? variance / all : variance)};
  detail::view(result.components) = components.transpose();
  return result;
}

}  // namespace ssl::evaluation
