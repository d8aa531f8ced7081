// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells of distances between rows and their nearest neighbours. Rows are numbered within one view.
namespace ssl::ops {

/// nearest = the other row with the largest dot product; over (rows, 1).
template <class T>
struct nearest_row_cell {
  T const* dot;
  T* nearest;
  index rows;
  PRETEXT_HD void operator()(index r, index) const {
    index best = r == 0 ? 1 : 0;
    for (index k = 0; k < rows; ++k)
      if (k != r && dot[r * rows + k] > dot[r * rows + best]) best = k;
    nearest[r] = static_cast<T>(best);
  }
};

/// gap = x - its nearest row + offset
template <class T>
struct gap_cell {
  T const* x;
  T const* nearest;
  T* gap;
  index cols;
  T offset;
  PRETEXT_HD void operator()(index r, index c) const {
    gap[r * cols + c] = x[r * cols + c] - x[static_cast<index>(nearest[r]) * cols + c] + offset;
  }
};

/// -log(distance + offset), to be summed over (0, row).
template <class T>
struct negative_log_distance {
  T const* distance;
  T offset;
  PRETEXT_HD T operator()(index, index r) const { return -math::log(distance[r] + offset); }
};

/// pull = -scale / (distance (distance + offset)), what the gradient of a row is of its gap; none at distance 0. Over (rows, 1).
template <class T>
struct pull_cell {
  T const* distance;
  T* pull;
  T scale;
  T offset;
  PRETEXT_HD void operator()(index r, index) const {
    pull[r] = distance[r] > T(0) ? -scale / (distance[r] * (distance[r] + offset)) : T(0);
  }
};

/// gx = pull gap of the row, less those of the rows whose nearest it is: a whole row at a time, over (rows, 1).
template <class T>
struct gap_gradient_cell {
  T const* gap;
  T const* pull;
  T const* nearest;
  T* gx;
  index rows, cols;
  PRETEXT_HD void operator()(index r, index) const {
    for (index c = 0; c < cols; ++c) gx[r * cols + c] = pull[r] * gap[r * cols + c];
    for (index k = 0; k < rows; ++k) {
      if (static_cast<index>(nearest[k]) != r) continue;
      for (index c = 0; c < cols; ++c) gx[r * cols + c] -= pull[k] * gap[k * cols + c];
    }
  }
};

}  // namespace ssl::ops
