// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/evaluation/detail/blocks.hpp"
#include "ssl/evaluation/detail/checks.hpp"

namespace ssl::evaluation {

namespace detail {

/// features W^T + b, (N, E), for W (E, D) and b (E), in double. Errors: E640 another number of columns.
template <class Scalar>
basic_embeddings<double> affine(basic_embeddings<Scalar> const& features, basic_embeddings<double> const& weights,
                                xt::xtensor<double, 1> const& bias) {
  if (features.shape(1) != weights.shape(1))
    throw data_error(640, "the features have " + std::to_string(features.shape(1)) + " columns, the fitted map " +
                              std::to_string(weights.shape(1)));
  auto result = make_embeddings<double>(static_cast<index>(features.shape(0)), static_cast<index>(bias.size()));
  auto outputs = view(result);
  auto const rows = view(features);
  auto const w = view(weights);
  Eigen::Map<Eigen::RowVectorXd const> const b(bias.data(), outputs.cols());
  for_each_block(rows.rows(), 256, [&](index first, index count) {
    matrix<double> block = rows.middleRows(first, count).template cast<double>() * w.transpose();
    block.rowwise() += b;
    outputs.middleRows(first, count) = block;
  });
  return result;
}

inline xt::xtensor<double, 1> vector_of(Eigen::VectorXd const& values) {
  xt::xtensor<double, 1> result({static_cast<std::size_t>(values.size())}, 0.0);
  std::copy_n(values.data(), values.size(), result.begin());
  return result;
}

}  // namespace detail

/// A fitted map y = W x + b.
struct linear_map {
  basic_embeddings<double> weights;  ///< (E, D)
  xt::xtensor<double, 1> bias;       ///< (E)

  /// (N, E) for features (N, D). Errors: E640 another number of columns.
  template <class Scalar>
  basic_embeddings<double> outputs(basic_embeddings<Scalar> const& features) const {
    return detail::affine(features, weights, bias);
  }
};

}  // namespace ssl::evaluation
