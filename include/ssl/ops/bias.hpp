// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

namespace ssl::ops {

/// y = the same row everywhere; products then add to it.
template <class T>
struct broadcast_cell {
  T const* row;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = row[c]; }
};

/// y += the same row everywhere
template <class T>
struct add_row_cell {
  T const* row;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] += row[c]; }
};

}  // namespace ssl::ops
