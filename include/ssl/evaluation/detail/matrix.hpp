// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <string>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/evaluation/embeddings.hpp"

/// \file
/// What every evaluation shares: embeddings seen as Eigen matrices, the checks of its inputs, and work cut into blocks.
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
template <class Scalar, class Source>
matrix<Scalar> unit_rows(Eigen::MatrixBase<Source> const& source) {
  matrix<Scalar> rows = source.template cast<Scalar>();
  Eigen::Array<Scalar, Eigen::Dynamic, 1> const lengths = rows.rowwise().norm().array().max(Scalar(1e-12));
  rows.array().colwise() /= lengths;
  return rows;
}

/// Calls work(0) ... work(count - 1), in parallel where the program is compiled with OpenMP.
///
/// Results must not depend on the number of threads, so work is cut by fixed sizes and each block is done by one thread: inside
/// a parallel region Eigen's products stay in their thread (outside, their sums are split by the number of threads).
template <class Work>
void for_each_block(index count, Work const& work) {
#if defined(_OPENMP)
#pragma omp parallel for schedule(dynamic, 1)
#endif
  for (index block = 0; block < count; ++block) work(block);
}

/// Linear algebra that must give the same bits for any number of threads.
template <class Work>
void in_one_thread(Work const& work) {
  for_each_block(1, [&](index) { work(); });
}

inline std::string extents(index rows, index columns) { return std::to_string(rows) + " x " + std::to_string(columns); }

/// Errors  E640 no rows or no columns; E643 a value that is not finite
template <class Scalar>
void check_features(basic_embeddings<Scalar> const& features, char const* name) {
  auto const rows = view(features);
  if (rows.size() == 0) throw data_error(640, std::string(name) + " are " + extents(rows.rows(), rows.cols()) + "; expected at least 1 x 1");
  for (index row = 0; row < rows.rows(); ++row)
    if (!rows.row(row).array().isFinite().all())
      throw data_error(643, std::string(name) + ": row " + std::to_string(row) + " holds a value that is not finite");
}

/// Errors  E640 other numbers of columns
template <class Scalar>
void check_same_width(basic_embeddings<Scalar> const& a, basic_embeddings<Scalar> const& b, char const* names) {
  if (a.shape(1) != b.shape(1))
    throw data_error(640, std::string(names) + " must have the same number of columns; found " + std::to_string(a.shape(1)) + " and " +
                              std::to_string(b.shape(1)));
}

/// The rows that have a label, in order.
///
/// Errors  E640 other numbers of rows and labels; E641 not one label; E642 a label below -1
inline std::vector<index> labelled_rows(index rows, labels const& classes, char const* name) {
  if (static_cast<index>(classes.size()) != rows)
    throw data_error(640, std::string(name) + ": " + std::to_string(rows) + " rows with " + std::to_string(classes.size()) + " labels");
  std::vector<index> labelled;
  for (index row = 0; row < rows; ++row) {
    if (classes(row) < -1)
      throw data_error(642, std::string(name) + ": row " + std::to_string(row) + " has label " + std::to_string(classes(row)) +
                                "; expected -1 (none), 0, 1, ...");
    if (classes(row) >= 0) labelled.push_back(row);
  }
  if (labelled.empty()) throw data_error(641, std::string(name) + ": none of " + std::to_string(rows) + " rows has a label");
  return labelled;
}

inline std::int32_t number_of_classes(labels const& classes) { return *std::max_element(classes.begin(), classes.end()) + 1; }

}  // namespace ssl::evaluation::detail
