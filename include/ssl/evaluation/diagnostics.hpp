// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <cmath>

#include "ssl/evaluation/detail/blocks.hpp"
#include "ssl/evaluation/detail/checks.hpp"
#include "ssl/evaluation/detail/matrix.hpp"

/// \file
/// What features look like without any label: how many directions they use, whether they collapsed, how they fill the sphere.
/// Everything is computed in double.
namespace ssl::evaluation {

namespace detail {

/// Singular values in falling order: the positive eigenvalues of [0 R^T; R 0], where R is the triangular factor of the rows. The
/// Gram matrix would be half as large, but would lose every value below 1e-8 of the largest; Eigen's BDCSVD gives the same
/// values and costs every source that includes it 30 seconds of compile time.
///
/// A template, so that only those who call it compile it.
template <class Source, class Matrix = Eigen::MatrixXd>
Eigen::VectorXd singular_values_of(Source const& source) {
  Matrix rows = source;
  if (rows.rows() < rows.cols()) rows.transposeInPlace();
  index const columns = rows.cols();
  Eigen::VectorXd values;
  in_one_thread([&] {
    Eigen::HouseholderQR<Eigen::Ref<Matrix>> const reduced(rows);
    Matrix both = Matrix::Zero(2 * columns, 2 * columns);  // the solver reads the lower triangle
    both.bottomLeftCorner(columns, columns) = rows.topRows(columns).template triangularView<Eigen::Upper>();
    values =
        Eigen::SelfAdjointEigenSolver<Matrix>(both, Eigen::EigenvaluesOnly).eigenvalues().tail(columns).reverse().cwiseMax(0);
  });
  return values;
}

inline xt::xtensor<double, 1> to_array(Eigen::VectorXd const& values, index size) {
  xt::xtensor<double, 1> result({static_cast<std::size_t>(size)}, 0.0);
  std::copy_n(values.data(), std::min(size, values.size()), result.begin());
  return result;
}

/// exp of the entropy of the singular values' shares, each raised by `floor`; 0 for a matrix of zeros.
inline double entropy_rank(Eigen::VectorXd const& values, double floor) {
  double const total = values.sum();
  if (!(total > 0)) return 0;
  double entropy = 0;
  for (double const value : values)
    if (double const p = value / total + floor; p > 0) entropy -= p * std::log(p);
  return std::exp(entropy);
}

}  // namespace detail

/// Singular values of the matrix as it is (not centred), falling, (min(N, D)). Errors: E640, E643.
template <class Scalar>
xt::xtensor<double, 1> singular_values(basic_embeddings<Scalar> const& features) {
  detail::check_features(features, "the features");
  auto const values = detail::singular_values_of(detail::view(features).template cast<double>());
  return detail::to_array(values, values.size());
}

/// Eigenvalues of the unbiased covariance, falling, (D): the spectrum whose zeros are directions the features do not use.
///
/// Errors       E640 sizes; E643 a value that is not finite; E644 a single row
template <class Scalar>
xt::xtensor<double, 1> covariance_eigenvalues(basic_embeddings<Scalar> const& features) {
  detail::check_features(features, "the features");
  Eigen::MatrixXd centred = detail::view(features).template cast<double>();
  detail::check_rows(centred.rows(), "a covariance");
  centred.rowwise() -= Eigen::RowVectorXd(centred.colwise().mean());
  auto const samples = static_cast<double>(centred.rows());
  index const width = centred.cols();
  Eigen::VectorXd const values = detail::singular_values_of(centred).array().square() / (samples - 1);
  return detail::to_array(values, width);
}

/// Effective number of directions the features use, from 1 to min(N, D). Compare only runs of one method and one N.
///
/// Formula      exp(-sum_k p_k ln p_k), p_k = s_k / sum(s) + 1e-7, s: singular values of the matrix, not centred
/// Shapes       features: (N, D)
/// Errors       E640 sizes; E643 a value that is not finite
/// Cost         about 2 max(N, D) min(N, D)^2
/// Source       Garrido et al. 2023 (RankMe), arXiv:2210.02885, section 3. Deviation: a matrix of zeros has rank 0
template <class Scalar>
double rankme(basic_embeddings<Scalar> const& features) {
  detail::check_features(features, "the features");
  return detail::entropy_rank(detail::singular_values_of(detail::view(features).template cast<double>()), 1e-7);
}

/// As `rankme` without the 1e-7, so that exactly r equal directions give r (Roy & Vetterli 2007).
template <class Scalar>
double effective_rank(basic_embeddings<Scalar> const& features) {
  detail::check_features(features, "the features");
  return detail::entropy_rank(detail::singular_values_of(detail::view(features).template cast<double>()), 0.0);
}

/// Mean over the columns of the unbiased deviation of the L2-normalised features: near 1 / sqrt(D) if healthy, 0 if collapsed.
///
/// Errors       E640 sizes; E643 a value that is not finite; E644 a single row
/// Source       Chen & He 2021 (SimSiam), arXiv:2011.10566, section 4.1; as lightly's std_of_l2_normalized
template <class Scalar>
double feature_std(basic_embeddings<Scalar> const& features) {
  detail::check_features(features, "the features");
  auto unit = detail::unit_rows<double>(detail::view(features));
  detail::check_rows(unit.rows(), "a deviation");
  unit.rowwise() -= Eigen::RowVectorXd(unit.colwise().mean());
  return (unit.colwise().squaredNorm() / static_cast<double>(unit.rows() - 1)).cwiseSqrt().mean();
}

/// Mean distance of positive pairs on the unit sphere, raised to alpha: 0 when both views of every sample agree.
///
/// Formula      mean_i |a_i - b_i|^alpha, rows L2-normalised
/// Shapes       a, b: (N, D), row i of both the same sample
/// Errors       E640 sizes; E643 a value that is not finite
/// Source       Wang & Isola 2020, arXiv:2005.10242, section 4.1; alpha = 2 there
template <class Scalar>
double alignment(basic_embeddings<Scalar> const& a, basic_embeddings<Scalar> const& b, double alpha = 2) {
  detail::check_features(a, "the first view's features");
  detail::check_features(b, "the second view's features");
  if (a.shape() != b.shape())
    throw data_error(640, "the views must be of one shape; found " + detail::extents(a.shape(0), a.shape(1)) + " and " +
                              detail::extents(b.shape(0), b.shape(1)));
  auto difference = detail::unit_rows<double>(detail::view(a));
  difference -= detail::unit_rows<double>(detail::view(b));
  return difference.rowwise().norm().array().pow(alpha).mean();
}

/// How evenly features fill the unit sphere: lower is more even, 0 is collapsed.
///
/// Formula      ln of the mean over pairs i < j of exp(-t |z_i - z_j|^2), rows L2-normalised
/// Shapes       features: (N, D)
/// Errors       E640 sizes; E643 a value that is not finite; E644 a single row
/// Cost         N^2 D, in blocks of 256 rows; memory N D. Bits independent of threads
/// Source       Wang & Isola 2020, arXiv:2005.10242, section 4.1; t = 2 there
template <class Scalar>
double uniformity(basic_embeddings<Scalar> const& features, double t = 2) {
  detail::check_features(features, "the features");
  auto const unit = detail::unit_rows<double>(detail::view(features));
  detail::check_rows(unit.rows(), "uniformity");
  constexpr index rows_at_once = 256;
  index const count = unit.rows();
  Eigen::VectorXd const lengths = unit.rowwise().squaredNorm();
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(count);  // of the blocks, each at the number of its first row
  detail::for_each_block(count, rows_at_once, [&](index first, index size) {
    for (index other = 0; other <= first; other += rows_at_once) {
      index const width = std::min(rows_at_once, count - other);
      Eigen::ArrayXXd distances = -2 * (unit.middleRows(first, size) * unit.middleRows(other, width).transpose()).array();
      distances.colwise() += lengths.segment(first, size).array();
      distances.rowwise() += lengths.segment(other, width).transpose().array();
      distances = (-t * distances.max(0)).exp();
      if (other == first)  // pairs within the block, each once
        for (index column = 0; column < width; ++column) distances.col(column).head(column + 1).setZero();
      sums(first) += distances.sum();
    }
  });
  double const pairs = 0.5 * static_cast<double>(count) * static_cast<double>(count - 1);
  return std::log(sums.sum() / pairs);
}

/// Similarity of two representations of the same samples, 0 to 1: unchanged by rotation and by one common scale.
///
/// Formula      |B^T A|^2 / (|A^T A| |B^T B|), columns centred, Frobenius norms
/// Shapes       a: (N, D), b: (N, E), row i of both the same sample
/// Errors       E640 sizes; E643 a value that is not finite; E645 constant features
/// Source       Kornblith et al. 2019, arXiv:1905.00414, equation 4
template <class Scalar>
double linear_cka(basic_embeddings<Scalar> const& a, basic_embeddings<Scalar> const& b) {
  detail::check_features(a, "the first features");
  detail::check_features(b, "the second features");
  if (a.shape(0) != b.shape(0))
    throw data_error(640, "linear_cka: " + std::to_string(a.shape(0)) + " and " + std::to_string(b.shape(0)) + " rows");
  Eigen::MatrixXd x = detail::view(a).template cast<double>(), y = detail::view(b).template cast<double>();
  x.rowwise() -= Eigen::RowVectorXd(x.colwise().mean());
  y.rowwise() -= Eigen::RowVectorXd(y.colwise().mean());
  double shared = 0, own = 0;
  detail::in_one_thread([&] {
    shared = (y.transpose() * x).squaredNorm();
    own = (x.transpose() * x).norm() * (y.transpose() * y).norm();
  });
  if (!(own > 0)) throw data_error(645, "linear_cka: all rows of one of the features are equal");
  return shared / own;
}

/// Verdict on collapse, the failure that a falling loss hides.
struct collapse_check {
  double feature_std;  ///< `feature_std` of the features
  double healthy_std;  ///< 1 / sqrt(D)
  double rank;         ///< `effective_rank` of the centred features: directions in which samples differ
  bool complete;       ///< feature_std below a fifth of healthy_std: all samples nearly one point
  bool dimensional;    ///< rank below 1.5 although D > 1: samples differ along one line only
  bool collapsed() const { return complete || dimensional; }
};

/// Errors       E640 sizes; E643 a value that is not finite; E644 a single row
template <class Scalar>
collapse_check check_collapse(basic_embeddings<Scalar> const& features) {
  double const spread = feature_std(features), healthy = 1 / std::sqrt(static_cast<double>(features.shape(1)));
  Eigen::MatrixXd centred = detail::unit_rows<double>(detail::view(features));
  centred.rowwise() -= Eigen::RowVectorXd(centred.colwise().mean());
  double const rank = detail::entropy_rank(detail::singular_values_of(centred), 0.0);
  return {.feature_std = spread,
          .healthy_std = healthy,
          .rank = rank,
          .complete = spread<0.2 * healthy, .dimensional = features.shape(1)> 1 && rank < 1.5};
}

}  // namespace ssl::evaluation
