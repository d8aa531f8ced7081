// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/evaluation/detail/matrix.hpp"

/// \file
/// The checks of what evaluation is given.
namespace ssl::evaluation::detail {

/// A number as people write it: 0.001, 1e-07, nan.
inline std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

inline std::string extents(index rows, index columns) { return std::to_string(rows) + " x " + std::to_string(columns); }

/// Errors  E640 no rows or no columns; E643 a value that is not finite
template <class Scalar>
void check_features(basic_embeddings<Scalar> const& features, char const* name) {
  auto const rows = view(features);
  if (rows.size() == 0)
    throw data_error(640, std::string(name) + " are " + extents(rows.rows(), rows.cols()) + "; expected at least 1 x 1");
  for (index row = 0; row < rows.rows(); ++row)
    if (!rows.row(row).array().isFinite().all())
      throw data_error(643, std::string(name) + ": row " + std::to_string(row) + " holds a value that is not finite");
}

/// Errors  E644 a single row, of which nothing spreads
inline void check_rows(index rows, char const* what) {
  if (rows < 2) throw data_error(644, std::string(what) + " needs at least 2 rows; found " + std::to_string(rows));
}

/// Errors  E640 other numbers of columns
template <class Scalar>
void check_same_width(basic_embeddings<Scalar> const& a, basic_embeddings<Scalar> const& b, char const* names) {
  if (a.shape(1) != b.shape(1))
    throw data_error(640, std::string(names) + " must have the same number of columns; found " + std::to_string(a.shape(1)) +
                              " and " + std::to_string(b.shape(1)));
}

/// The rows that have a label, in order.
///
/// Errors  E640 other numbers of rows and labels; E641 not one label; E642 a label below -1
inline std::vector<index> labelled_rows(index rows, labels const& classes, char const* name) {
  if (static_cast<index>(classes.size()) != rows)
    throw data_error(
        640, std::string(name) + ": " + std::to_string(rows) + " rows with " + std::to_string(classes.size()) + " labels");
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

inline std::vector<index> all_rows(index rows) {
  std::vector<index> every(static_cast<std::size_t>(rows));
  std::iota(every.begin(), every.end(), index{0});
  return every;
}

inline index number_of_classes(labels const& classes) { return index{*std::max_element(classes.begin(), classes.end())} + 1; }

}  // namespace ssl::evaluation::detail
