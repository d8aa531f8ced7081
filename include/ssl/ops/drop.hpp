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

}  // namespace ssl::ops
