// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/philox.hpp"
#include "ssl/core/shape.hpp"

namespace ssl::ops {

/// factor[n] = 0 with probability `rate`, else 1 / (1 - rate), drawn by (key, n samples on); as a cell over (samples, 1).
template <class T>
struct drop_factor_cell {
  draw_key key;
  T rate;
  T* factor;
  PRETEXT_HD void operator()(index n, index) const {
    draw_key of_sample = key;
    of_sample.sample += static_cast<std::uint32_t>(n);
    factor[n] = draws(of_sample).chance(static_cast<float>(rate)) ? T(0) : T(1) / (T(1) - rate);
  }
};

/// number[n] uniform in [0, 1), drawn by (key, n); as a cell over (samples, 1).
template <class T>
struct drawn_number_cell {
  draw_key key;
  T* number;
  PRETEXT_HD void operator()(index n, index) const {
    draw_key of_sample = key;
    of_sample.sample = static_cast<std::uint32_t>(n);
    number[n] = static_cast<T>(draws(of_sample).uniform());
  }
};

/// rank[n] = how many numbers come before number n when they are sorted; as a cell over (count, 1). The ranks of drawn numbers are a
/// random permutation, and every one is found by itself.
template <class T>
struct rank_cell {
  T const* number;
  T* rank;
  index count;
  PRETEXT_HD void operator()(index n, index) const {
    index before = 0;
    for (index m = 0; m < count; ++m) before += number[m] < number[n] || (number[m] == number[n] && m < n);
    rank[n] = static_cast<T>(before);
  }
};

/// y = the rows of x whose rank is below `kept`, in the order of their ranks, times scale; over (rows of x, cols).
template <class T>
struct take_kept_cell {
  T const* x;
  T const* rank;
  T* y;
  index cols;
  index kept;
  T scale;
  PRETEXT_HD void operator()(index n, index c) const {
    index const to = static_cast<index>(rank[n]);
    if (to < kept) y[to * cols + c] = scale * x[n * cols + c];
  }
};

/// The inverse, over (rows of y, cols): zeros in the other rows.
template <class T>
struct put_kept_cell {
  T const* x;
  T const* rank;
  T* y;
  index cols;
  index kept;
  T scale;
  PRETEXT_HD void operator()(index n, index c) const {
    index const from = static_cast<index>(rank[n]);
    y[n * cols + c] = from < kept ? scale * x[from * cols + c] : T(0);
  }
};

}  // namespace ssl::ops
