// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <Eigen/Core>

#include "ssl/core/shape.hpp"
#include "ssl/evaluation/embeddings.hpp"

/// \file
/// Embeddings seen as Eigen matrices.
namespace ssl::evaluation::detail {

template <class Scalar>
using matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class Scalar>
Eigen::Map<matrix<Scalar> const> view(basic_embeddings<Scalar> const& features) {
  return {features.data(), static_cast<Eigen::Index>(features.shape(0)), static_cast<Eigen::Index>(features.shape(1))};
}

template <class Scalar>
Eigen::Map<matrix<Scalar>> view(basic_embeddings<Scalar>& features) {
  return {features.data(), static_cast<Eigen::Index>(features.shape(0)), static_cast<Eigen::Index>(features.shape(1))};
}

template <class Scalar>
basic_embeddings<Scalar> make_embeddings(index rows, index columns) {
  return basic_embeddings<Scalar>({static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)}, Scalar(0));
}

/// Rows divided by their Euclidean length; a row shorter than 1e-12 is divided by 1e-12, so that a zero row stays zero.
/// Lengths are taken in double, where no float's square overflows.
template <class Scalar, class Source>
matrix<Scalar> unit_rows(Eigen::MatrixBase<Source> const& source) {
  matrix<Scalar> rows = source.template cast<Scalar>();
  Eigen::ArrayXd const lengths = source.template cast<double>().rowwise().norm().array().max(1e-12);
  rows.array().colwise() /= lengths.template cast<Scalar>();
  return rows;
}

}  // namespace ssl::evaluation::detail
