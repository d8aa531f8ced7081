// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/convolution.hpp"
#include "ssl/core/macros.hpp"

/// Cells of a convolution written as products: rows are output pixels, columns (group, kernel row, kernel column, channel of the
/// group).
namespace ssl::ops {

/// patches(row, column) = the pixel under the kernel's tap, 0 outside the image. One image: x is (h, w, c_in).
template <class T>
struct im2col_cell {
  T const* x;
  T* patches;
  backends::convolution g;
  PRETEXT_HD void operator()(index row, index col) const {
    index const channels = g.c_in / g.groups, patch = g.patch();
    index const tap = col % patch / channels, channel = col / patch * channels + col % channels;
    index const y = row / g.out_w * g.stride - g.padding + tap / g.kernel_w * g.dilation;
    index const w = row % g.out_w * g.stride - g.padding + tap % g.kernel_w * g.dilation;
    bool const inside = y >= 0 && y < g.h && w >= 0 && w < g.w;
    patches[row * (g.groups * patch) + col] = inside ? x[(y * g.w + w) * g.c_in + channel] : T(0);
  }
};

/// The transpose of im2col, in gather form: pixel (row) and channel (col) of gx collect every patch that holds them.
template <class T>
struct col2im_cell {
  T const* patches;
  T* gx;
  backends::convolution g;
  PRETEXT_HD void operator()(index row, index col) const {
    index const channels = g.c_in / g.groups, width = g.groups * g.patch();
    T const* const from = patches + col / channels * g.patch() + col % channels;
    T sum = 0;
    for (int ky = 0; ky < g.kernel_h; ++ky) {
      index const oy = row / g.w + g.padding - index{ky} * g.dilation;
      if (oy < 0 || oy % g.stride != 0 || oy / g.stride >= g.out_h) continue;
      for (int kx = 0; kx < g.kernel_w; ++kx) {
        index const ox = row % g.w + g.padding - index{kx} * g.dilation;
        if (ox < 0 || ox % g.stride != 0 || ox / g.stride >= g.out_w) continue;
        index const pixel = (oy / g.stride) * g.out_w + ox / g.stride;
        sum += from[pixel * width + (index{ky} * g.kernel_w + kx) * channels];
      }
    }
    gx[row * g.c_in + col] = sum;
  }
};

}  // namespace ssl::ops
