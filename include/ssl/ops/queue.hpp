// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/l2_normalize.hpp"

/// Cells of states that an objective carries from step to step.
namespace ssl::ops {

/// Row r of x, brought to length 1, becomes row first + r of a bank of `kept` rows; those beyond its end are dropped. A cell over
/// (row, 0).
template <class T>
struct enqueue_cell {
  T const* x;
  T* bank;
  index width;
  index kept;
  index first;
  PRETEXT_HD void operator()(index r, index) const {
    if (first + r < kept) unit_length_cell<T>{x + r * width, bank + (first + r) * width, width}(0, 0);
  }
};

/// y = kept y + taken sum: an exponential moving average of sums.
template <class T>
struct follow_sum {
  T* y;
  T kept;
  T taken;
  PRETEXT_HD void operator()(index i, T sum) const { y[i] = kept * y[i] + taken * sum; }
};

}  // namespace ssl::ops
