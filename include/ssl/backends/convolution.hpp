// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/shape.hpp"

namespace ssl::backends {

/// Extents of one convolution: x is (n, h, w, c_in), weight (c_out, kernel_h, kernel_w, c_in), y (n, out_h, out_w, c_out).
struct convolution {
  int n = 0, h = 0, w = 0, c_in = 0;
  int out_h = 0, out_w = 0, c_out = 0;
  int kernel_h = 0, kernel_w = 0, stride = 1, padding = 0;

  constexpr index rows() const { return index{n} * out_h * out_w; }         ///< output pixels
  constexpr index patch() const { return index{kernel_h} * kernel_w * c_in; }  ///< inputs of one output pixel
};

}  // namespace ssl::backends
