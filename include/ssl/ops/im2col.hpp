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
  PRETEXT_HD void operator()(index row, index col) const { columns(row, col, col + 1); }
  PRETEXT_HD void columns(index row, index left, index right) const {
    index const channels = g.c_in / g.groups, taps = index{g.kernel_h} * g.kernel_w;
    index const top = row / g.out_w * g.stride - g.padding, first = row % g.out_w * g.stride - g.padding;
    T* const to = patches + row * (g.groups * g.patch());
    for (index begin = left, end = 0; begin < right; begin = end) {  // the channels of one group under one tap
      index const part = begin / channels, tap = part % taps;
      end = right < (part + 1) * channels ? right : (part + 1) * channels;
      index const y = top + tap / g.kernel_w * g.dilation, w = first + tap % g.kernel_w * g.dilation;
      bool const inside = y >= 0 && y < g.h && w >= 0 && w < g.w;
      index const from = (y * g.w + w) * g.c_in + (part / taps - part) * channels;
      if (inside) {
        PRETEXT_SIMD
        for (index c = begin; c < end; ++c) to[c] = x[from + c];
      } else {
        for (index c = begin; c < end; ++c) to[c] = T(0);
      }
    }
  }
};

/// The transpose of im2col, in gather form: pixel (row) and channel (col) of gx collect every patch that holds them.
template <class T>
struct col2im_cell {
  T const* patches;
  T* gx;
  backends::convolution g;
  PRETEXT_HD void operator()(index row, index col) const { columns(row, col, col + 1); }
  PRETEXT_HD void columns(index row, index left, index right) const {
    index const channels = g.c_in / g.groups, width = g.groups * g.patch();
    T* const sum = gx + row * g.c_in;
    for (index c = left; c < right; ++c) sum[c] = 0;
    for (int ky = 0; ky < g.kernel_h; ++ky) {
      index const oy = row / g.w + g.padding - index{ky} * g.dilation;
      if (oy < 0 || oy % g.stride != 0 || oy / g.stride >= g.out_h) continue;
      for (int kx = 0; kx < g.kernel_w; ++kx) {
        index const ox = row % g.w + g.padding - index{kx} * g.dilation;
        if (ox < 0 || ox % g.stride != 0 || ox / g.stride >= g.out_w) continue;
        T const* const patch = patches + ((oy / g.stride) * g.out_w + ox / g.stride) * width;
        index const tap = index{ky} * g.kernel_w + kx;
        if (channels == 1) {
          PRETEXT_SIMD
          for (index c = left; c < right; ++c) sum[c] += patch[c * g.patch() + tap];
          continue;
        }
        for (index begin = left, end = 0; begin < right; begin = end) {  // the channels of one group
          index const group = begin / channels;
          end = right < (group + 1) * channels ? right : (group + 1) * channels;
          index const from = group * g.patch() + (tap - group) * channels;
          PRETEXT_SIMD
          for (index c = begin; c < end; ++c) sum[c] += patch[from + c];
        }
      }
    }
  }
};

}  // namespace ssl::ops
