// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

namespace ssl::backends {

/// Extents of one convolution: x is (n, h, w, c_in), weight (c_out, kernel_h, kernel_w, c_in / groups), y (n, out_h, out_w, c_out).
/// Output channels of one of `groups` equal parts see the input channels of the same part only; taps are `dilation` pixels apart.
struct convolution {
  int n = 0, h = 0, w = 0, c_in = 0;
  int out_h = 0, out_w = 0, c_out = 0;
  int kernel_h = 0, kernel_w = 0, stride = 1, padding = 0;
  int groups = 1, dilation = 1;

  PRETEXT_HD constexpr index pixels() const { return index{out_h} * out_w; }                         ///< of one output image
  constexpr index rows() const { return n * pixels(); }                                              ///< output pixels
  PRETEXT_HD constexpr index patch() const { return index{kernel_h} * kernel_w * (c_in / groups); }  ///< inputs of one output
};

}  // namespace ssl::backends
