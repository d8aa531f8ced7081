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

/// Which of Of parts are taken, and where the copies of each part went.
template <int Of, int Count>
struct part_table {
  int part[Count] = {};
  int place[Count] = {};  ///< copies of part p stand at place[first[p]] .. place[first[p + 1] - 1]
  int first[Of + 1] = {};

  template <class Parts>
  static constexpr part_table of_list() {
    part_table t;
    int n = 0;
    for (int p = 0; p < Of; ++p) {
      for (int k = 0; k < Count; ++k)
        if (Parts::part(k) == p) t.part[k] = p, t.place[n++] = k;
      t.first[p + 1] = n;
    }
    return t;
  }
};

/// y = x with the parts of the table, one a row.
template <class T, class Table>
struct take_parts_cell {
  T const* x;
  T* y;
  index cols;
  Table table;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = x[table.part[r] * cols + c]; }
};

/// gx = for each part the sum over its copies.
template <class T, class Table>
struct add_parts_cell {
  T const* gy;
  T* gx;
  index cols;
  Table table;
  PRETEXT_HD void operator()(index r, index c) const {
    T sum = T(0);
    for (int k = table.first[r]; k < table.first[r + 1]; ++k) sum += gy[table.place[k] * cols + c];
    gx[r * cols + c] = sum;
  }
};

}  // namespace ssl::ops
