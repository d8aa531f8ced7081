// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/convolution.hpp"
#include "ssl/core/macros.hpp"

/// Cells of a convolution written as a product: rows are output pixels, columns are (kernel row, kernel column, channel).
namespace ssl::ops {

/// patches(row, column) = the pixel under the kernel's tap, 0 outside the image. One image: x is (h, w, c_in).
template <class T>
struct im2col_cell {
  T const* x;
  T* patches;
  backends::convolution g;
  PRETEXT_HD void operator()(index row, index col) const {
    index const oy = row / g.out_w, ox = row % g.out_w;
    index const tap = col / g.c_in, channel = col % g.c_in;
    index const y = oy * g.stride - g.padding + tap / g.kernel_w;
    index const w = ox * g.stride - g.padding + tap % g.kernel_w;
    bool const inside = y >= 0 && y < g.h && w >= 0 && w < g.w;
    patches[row * (index{g.kernel_h} * g.kernel_w * g.c_in) + col] = inside ? x[(y * g.w + w) * g.c_in + channel] : T(0);
  }
};

/// The transpose of im2col, in gather form: pixel (row) and channel (col) of gx collect every patch that holds them.
template <class T>
struct col2im_cell {
  T const* patches;
  T* gx;
  backends::convolution g;
  PRETEXT_HD void operator()(index row, index col) const {
    index const y = row / g.w, x = row % g.w;
    index const width = index{g.kernel_h} * g.kernel_w * g.c_in;
    T sum = 0;
    for (int ky = 0; ky < g.kernel_h; ++ky) {
      index const oy = y + g.padding - ky;
      if (oy < 0 || oy % g.stride != 0 || oy / g.stride >= g.out_h) continue;
      for (int kx = 0; kx < g.kernel_w; ++kx) {
        index const ox = x + g.padding - kx;
        if (ox < 0 || ox % g.stride != 0 || ox / g.stride >= g.out_w) continue;
        index const patch = (oy / g.stride) * g.out_w + ox / g.stride;
        sum += patches[patch * width + (index{ky} * g.kernel_w + kx) * g.c_in + col];
      }
    }
    gx[row * g.c_in + col] = sum;
  }
};

}  // namespace ssl::ops
