// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/convolution.hpp"
#include "ssl/core/macros.hpp"

/// Cells of pooling, over (pixels of all images, channels), which share a window's arithmetic. Windows are those of a convolution; its
/// c_in is the number of channels.
namespace ssl::ops {

/// An output pixel and its window's upper left corner, which may lie outside the image.
struct pool_window {
  index image, y, x;
  PRETEXT_HD static pool_window at(backends::convolution const& g, index row) {
    index const pixel = row % (index{g.out_h} * g.out_w);
    return {row / (index{g.out_h} * g.out_w), pixel / g.out_w * g.stride - g.padding, pixel % g.out_w * g.stride - g.padding};
  }
};

/// y = the largest value in the window, ignoring what lies outside the image; winner = which tap of the window it was, the first
/// of equals. A NaN wins. A tap's number is small, so that every scalar type holds it exactly.
template <class T>
struct max_pool_cell {
  T const* x;
  T* y;
  T* winner;  ///< may be null
  backends::convolution g;
  PRETEXT_HD void operator()(index row, index col) const { columns(row, col, col + 1); }
  PRETEXT_HD void columns(index row, index left, index right) const {
    pool_window const w = pool_window::at(g, row);
    T* const best = y + row * g.c_in;
    T* const best_tap = winner != nullptr ? winner + row * g.c_in : nullptr;
    bool first = true;
    for (int tap = 0; tap < g.kernel_h * g.kernel_w; ++tap) {
      index const iy = w.y + tap / g.kernel_w, ix = w.x + tap % g.kernel_w;
      if (iy < 0 || iy >= g.h || ix < 0 || ix >= g.w) continue;
      T const* const value = x + ((w.image * g.h + iy) * g.w + ix) * g.c_in;
      if (first) {
        for (index c = left; c < right; ++c) best[c] = value[c];
        for (index c = left; best_tap != nullptr && c < right; ++c) best_tap[c] = T(tap);
        first = false;
        continue;
      }
      if (best_tap != nullptr) {  // as arithmetic, exact for such numbers: g++ 12 would make branches of two choices
        PRETEXT_SIMD
        for (index c = left; c < right; ++c) best_tap[c] += (wins(value[c], best[c]) ? T(1) : T(0)) * (T(tap) - best_tap[c]);
      }
      PRETEXT_SIMD
      for (index c = left; c < right; ++c) best[c] = wins(value[c], best[c]) ? value[c] : best[c];
    }
  }

 private:
  PRETEXT_HD PRETEXT_INLINE static bool wins(T value, T best) { return (value > best) | (value != value); }
};

/// y = the sum over the window divided by its size, padding included.
template <class T>
struct average_pool_cell {
  T const* x;
  T* y;
  backends::convolution g;
  PRETEXT_HD void operator()(index row, index col) const { columns(row, col, col + 1); }
  PRETEXT_HD void columns(index row, index left, index right) const {
    pool_window const w = pool_window::at(g, row);
    T* const sum = y + row * g.c_in;
    for (index c = left; c < right; ++c) sum[c] = 0;
    for (int tap = 0; tap < g.kernel_h * g.kernel_w; ++tap) {
      index const iy = w.y + tap / g.kernel_w, ix = w.x + tap % g.kernel_w;
      if (iy < 0 || iy >= g.h || ix < 0 || ix >= g.w) continue;
      T const* const value = x + ((w.image * g.h + iy) * g.w + ix) * g.c_in;
      PRETEXT_SIMD
      for (index c = left; c < right; ++c) sum[c] += value[c];
    }
    PRETEXT_SIMD
    for (index c = left; c < right; ++c) sum[c] /= T(g.kernel_h * g.kernel_w);
  }
};

/// gx(pixel) = sum of gy over the windows that hold the pixel: of those it won where `winner` is given, else of all, divided by
/// the window's size. In gather form, so that the order of additions is fixed.
template <class T>
struct pool_gradient_cell {
  T const* gy;
  T const* winner;  ///< null: average
  T* gx;
  backends::convolution g;
  PRETEXT_HD void operator()(index row, index col) const { columns(row, col, col + 1); }
  PRETEXT_HD void columns(index row, index left, index right) const {
    index const image = row / (index{g.h} * g.w), pixel = row % (index{g.h} * g.w);
    index const y = pixel / g.w, x = pixel % g.w;
    T* const sum = gx + row * g.c_in;
    for (index c = left; c < right; ++c) sum[c] = 0;
    for (int tap = 0; tap < g.kernel_h * g.kernel_w; ++tap) {
      index const oy = y + g.padding - tap / g.kernel_w, ox = x + g.padding - tap % g.kernel_w;
      if (oy < 0 || oy % g.stride != 0 || oy / g.stride >= g.out_h) continue;
      if (ox < 0 || ox % g.stride != 0 || ox / g.stride >= g.out_w) continue;
      index const at = ((image * g.out_h + oy / g.stride) * g.out_w + ox / g.stride) * g.c_in;
      if (winner == nullptr) {
        PRETEXT_SIMD
        for (index c = left; c < right; ++c) sum[c] += gy[at + c];
      } else {
        PRETEXT_SIMD
        for (index c = left; c < right; ++c) sum[c] += winner[at + c] == T(tap) ? gy[at + c] : T(0);
      }
    }
    if (winner != nullptr) return;
    PRETEXT_SIMD
    for (index c = left; c < right; ++c) sum[c] /= T(g.kernel_h * g.kernel_w);
  }
};

/// x of token `col` seen from the row (image, channel): sums along a row are sums over the tokens first .. of an image.
template <class T>
struct token_value {
  T const* x;
  index tokens;  ///< of an image
  index first;
  index channels;
  PRETEXT_HD T operator()(index r, index t) const { return x[((r / channels) * tokens + first + t) * channels + r % channels]; }
};

/// gx(image and token, channel) = gy(image, channel) / count for the tokens first .., 0 before.
template <class T>
struct token_mean_gradient_cell {
  T const* gy;
  T* gx;
  index tokens;
  index first;
  index channels;
  PRETEXT_HD void operator()(index row, index col) const {
    index const image = row / tokens, token = row % tokens;
    gx[row * channels + col] = token < first ? T(0) : gy[image * channels + col] / T(tokens - first);
  }
};

}  // namespace ssl::ops
