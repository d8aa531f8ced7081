// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

/// Cells that move parts of arrays; a stride is the distance between rows, in elements.
namespace ssl::ops {

/// y = x; a stride of 0 repeats the same row of x.
template <class T>
struct copy_strided_cell {
  T const* x;
  index x_stride;
  T* y;
  index y_stride;
  PRETEXT_HD void operator()(index r, index c) const { y[r * y_stride + c] = x[r * x_stride + c]; }
};

/// gx = gy inside columns first .. first + count, 0 elsewhere: the gradient twin of taking these columns.
template <class T>
struct place_columns_cell {
  T const* gy;
  T* gx;
  index cols;   ///< of gx
  index first;
  index count;  ///< columns of gy
  PRETEXT_HD void operator()(index r, index c) const {
    bool const inside = c >= first && c < first + count;
    gx[r * cols + c] = inside ? gy[r * count + c - first] : T(0);
  }
};

/// gx = gy inside rows first .. first + count, 0 elsewhere.
template <class T>
struct place_rows_cell {
  T const* gy;
  T* gx;
  index cols;
  index first;
  index count;  ///< rows of gy
  PRETEXT_HD void operator()(index r, index c) const {
    bool const inside = r >= first && r < first + count;
    gx[r * cols + c] = inside ? gy[(r - first) * cols + c] : T(0);
  }
};

/// y = x with the rows of `parts` equal parts in turn: the first of each, then the second of each.
template <class T>
struct interleave_cell {
  T const* x;
  T* y;
  index cols;
  index parts;
  index rows_of_part;
  PRETEXT_HD void operator()(index r, index c) const {
    y[r * cols + c] = x[(r % parts * rows_of_part + r / parts) * cols + c];
  }
};

}  // namespace ssl::ops
