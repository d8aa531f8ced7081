// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells of the normalisation over neighbouring channels. Channel c sees the channels c - before .. c + after that exist.
namespace ssl::ops {

/// f(j) summed over the channels that are seen.
template <class F>
PRETEXT_HD PRETEXT_INLINE auto sum_of_channels(index c, index cols, index before, index after, F const& f) {
  index const last = math::min(c + after, cols - 1);
  decltype(f(c)) sum = 0;
  for (index j = math::max(c - before, index{0}); j <= last; ++j) sum += f(j);
  return sum;
}

/// The square of a value of one row.
template <class T>
struct square_in_row {
  T const* row;
  PRETEXT_HD T operator()(index c) const { return row[c] * row[c]; }
};
template <class T>
struct value_in_row {
  T const* row;
  PRETEXT_HD T operator()(index c) const { return row[c]; }
};

/// base = k + share (sum of x^2), y = x base^-beta
template <class T>
struct response_norm_cell {
  T const* x;
  T* base;  ///< may be null
  T* y;
  index cols, before, after;
  T share, beta, k;
  PRETEXT_HD void operator()(index r, index c) const {
    T const b = k + share * sum_of_channels(c, cols, before, after, square_in_row<T>{x + r * cols});
    if (base != nullptr) base[r * cols + c] = b;
    y[r * cols + c] = x[r * cols + c] * math::pow(b, -beta);
  }
};

/// pull = gy x base^(-beta - 1): what every channel that is seen loses of its gradient, but for a factor and its own x.
template <class T>
struct response_pull_cell {
  T const* gy;
  T const* x;
  T const* base;
  T* pull;
  index cols;
  T beta;
  PRETEXT_HD void operator()(index r, index c) const {
    index const i = r * cols + c;
    pull[i] = gy[i] * x[i] * math::pow(base[i], -beta - T(1));
  }
};

/// gx = gy base^-beta - 2 share beta x (sum of pull over the channels that see this one)
template <class T>
struct response_norm_gradient_cell {
  T const* gy;
  T const* x;
  T const* base;
  T const* pull;
  T* gx;
  index cols, before, after;  ///< of the channels that see this one: the other way round than in the forward pass
  T share, beta;
  PRETEXT_HD void operator()(index r, index c) const {
    index const i = r * cols + c;
    T const sum = sum_of_channels(c, cols, before, after, value_in_row<T>{pull + r * cols});
    gx[i] = gy[i] * math::pow(base[i], -beta) - T(2) * share * beta * x[i] * sum;
  }
};

}  // namespace ssl::ops
