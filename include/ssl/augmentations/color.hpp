// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/stage.hpp"
#include "ssl/core/math.hpp"

/// \file
/// Colour operations with given factors, on planar pixels with values in [0, 1]; each one clamps its result to [0, 1].
///
/// Formula  grey(r, g, b) = 0.2989 r + 0.587 g + 0.114 b
///          brightness    v <- f v
///          contrast      v <- f v + (1 - f) mean of the grey image (of all values, where pixels are no colours)
///          saturation    v <- f v + (1 - f) grey of the pixel
///          hue           h <- h + shift in HSV, turns
/// Source   torchvision 0.28, transforms.functional on float tensors. Deviation: none in exact arithmetic
///
/// SimCLR's own code (google-research/simclr, tf2/data_util.py) has other forms of three of them:
///
/// Formula  brightness, version 1   v <- v + delta
///          contrast                v <- f v + (1 - f) mean of the channel
///          saturation              s <- f s in HSV, at most 1
namespace ssl::augmentations {

template <class T>
constexpr T grey(T red, T green, T blue) {
  return T(0.2989) * red + T(0.587) * green + T(0.114) * blue;
}

namespace detail {

/// base + factor * v, clamped.
template <class T>
void scale_channel(T* __restrict__ v, int count, T factor, T base) {
  for (int i = 0; i < count; ++i) v[i] = math::clamp(base + factor * v[i], T(0), T(1));
}

/// Sixteen partial sums, so that the order of summation is fixed and still fills a register; then double.
template <class T>
double sum_of(T const* __restrict__ v, int count) {
  constexpr int lanes = 16;
  T lane[lanes] = {};
  int i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int l = 0; l < lanes; ++l) lane[l] += v[i + l];
  double sum = 0;
  for (int l = 0; l < lanes; ++l) sum += static_cast<double>(lane[l]);
  for (; i < count; ++i) sum += static_cast<double>(v[i]);
  return sum;
}

}  // namespace detail

template <class T>
void adjust_brightness(tile<T> t, T factor) {
  for (int c = 0; c < t.channels; ++c) detail::scale_channel(t.channel(c), t.pixels(), factor, T(0));
}

/// The sum over the pixels of their grey values; where they are no colours, of the mean over the channels.
template <colours Colours, class T>
double grey_sum(tile<T> t) {
  double sum[3] = {};
  if constexpr (Colours == colours::rgb) {
    for (int c = 0; c < 3; ++c) sum[c] = detail::sum_of(t.channel(c), t.pixels());
    return grey(sum[0], sum[1], sum[2]);
  } else {
    for (int c = 0; c < t.channels; ++c) sum[0] += detail::sum_of(t.channel(c), t.pixels());
    return sum[0] / t.channels;
  }
}

/// The mean is that of the whole image, which the tile may be a part of.
template <class T>
void adjust_contrast(tile<T> t, T factor, T mean) {
  for (int c = 0; c < t.channels; ++c) detail::scale_channel(t.channel(c), t.pixels(), factor, (T(1) - factor) * mean);
}
template <colours Colours, class T>
void adjust_contrast(tile<T> whole, T factor) {
  adjust_contrast(whole, factor, static_cast<T>(grey_sum<Colours>(whole) / whole.pixels()));
}

template <class T>
void add_brightness(tile<T> t, T delta) {
  for (int c = 0; c < t.channels; ++c) detail::scale_channel(t.channel(c), t.pixels(), T(1), delta);
}

/// The means are those of the whole image's channels.
template <class T>
void adjust_contrast_of_channels(tile<T> t, T factor, T const* means) {
  for (int c = 0; c < t.channels; ++c) detail::scale_channel(t.channel(c), t.pixels(), factor, (T(1) - factor) * means[c]);
}

/// Requires three channels. With the chroma C = S V, every channel is V - C times a number of the hue alone.
template <class T>
void scale_saturation(tile<T> t, T factor) {
  T* const __restrict__ r = t.channel(0);
  T* const __restrict__ g = t.channel(1);
  T* const __restrict__ b = t.channel(2);
  for (int i = 0; i < t.pixels(); ++i) {
    T const value = math::max(r[i], math::max(g[i], b[i])), chroma = value - math::min(r[i], math::min(g[i], b[i]));
    T const divisor = chroma > T(0) ? chroma : T(1);
    T const scale = math::min(factor, value / divisor);
    r[i] = value - (value - r[i]) * scale;
    g[i] = value - (value - g[i]) * scale;
    b[i] = value - (value - b[i]) * scale;
  }
}

/// Requires three channels.
template <class T>
void adjust_saturation(tile<T> t, T factor) {
  T* const __restrict__ r = t.channel(0);
  T* const __restrict__ g = t.channel(1);
  T* const __restrict__ b = t.channel(2);
  T const rest = T(1) - factor;
  for (int i = 0; i < t.pixels(); ++i) {
    T const base = rest * grey(r[i], g[i], b[i]);
    r[i] = math::clamp(factor * r[i] + base, T(0), T(1));
    g[i] = math::clamp(factor * g[i] + base, T(0), T(1));
    b[i] = math::clamp(factor * b[i] + base, T(0), T(1));
  }
}

/// Requires three channels; all get the grey value.
template <class T>
void grayscale(tile<T> t) {
  T* const __restrict__ r = t.channel(0);
  T* const __restrict__ g = t.channel(1);
  T* const __restrict__ b = t.channel(2);
  for (int i = 0; i < t.pixels(); ++i) r[i] = g[i] = b[i] = grey(r[i], g[i], b[i]);
}

namespace detail {

/// Into [0, 6), from [-6, 12).
template <class T>
T sixth_turns(T h) {
  T const up = h + T(6), down = h - T(6);
  h = h < T(0) ? up : h;
  return h >= T(6) ? down : h;
}

/// A channel from its place on the colour circle: full within a sixth turn, nothing beyond two.
template <class T>
T from_circle(T value, T chroma, T place) {
  T const beyond = T(4) - place;
  T const near = place < beyond ? place : beyond;
  return value - chroma * math::clamp(near, T(0), T(1));
}

}  // namespace detail

/// Turns hues by `shift` in [-0.5, 0.5] turns. Requires three channels.
///
/// HSV without its branches: with the hue h in sixth turns, channel n is V - C clamp(min(k, 4 - k), 0, 1), where k = (n + h) mod
/// 6 and n = 5, 3, 1 for red, green, blue.
template <class T>
void adjust_hue(tile<T> t, T shift) {
  T* const __restrict__ red = t.channel(0);
  T* const __restrict__ green = t.channel(1);
  T* const __restrict__ blue = t.channel(2);
  T const turn = T(6) * shift;
  for (int i = 0; i < t.pixels(); ++i) {
    T const r = red[i], g = green[i], b = blue[i];
    T const value = math::max(r, math::max(g, b)), chroma = value - math::min(r, math::min(g, b));
    T const from_red = g - b, from_green = b - r, from_blue = r - g;
    T const numerator = value == r ? from_red : (value == g ? from_green : from_blue);
    T const sector = value == r ? T(0) : (value == g ? T(2) : T(4));
    T const divisor = chroma > T(0) ? chroma : T(1);
    T const h = detail::sixth_turns(sector + numerator / divisor + turn);
    T const k5 = h + T(5), k3 = h + T(3), k1 = h + T(1);
    T const l5 = k5 - T(6), l3 = k3 - T(6), l1 = k1 - T(6);
    red[i] = detail::from_circle(value, chroma, k5 >= T(6) ? l5 : k5);
    green[i] = detail::from_circle(value, chroma, k3 >= T(6) ? l3 : k3);
    blue[i] = detail::from_circle(value, chroma, k1 >= T(6) ? l1 : k1);
  }
}

}  // namespace ssl::augmentations
