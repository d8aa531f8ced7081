// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/detail/weighted_sums.hpp"
#include "ssl/augmentations/resample.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// Pieces of a view, (h, w, C), and what takes their shortcuts away: without it a network tells their places by their brightness,
/// or by how a lens shifts colours towards its border.
namespace ssl::augmentations {

enum class piece_colours {
  unchanged,
  standardised,  ///< each channel of each piece: mean 0, deviation 1
  one_channel,   ///< a random channel, mean 0, root mean square of the piece 1; the others faint noise
};

/// Copies a box of an image.
///
/// Shapes  image: (H, W, C) of `size`; out: (box.height, box.width, C)
template <class T>
void cut_piece(T const* image, shape size, crop_box box, T* out) {
  for (int y = 0; y < box.height; ++y) {
    T const* const row = image + (index{box.top + y} * size.w + box.left) * size.c;
    for (index i = 0; i < index{box.width} * size.c; ++i) *out++ = row[i];
  }
}

/// A piece at another size, bilinear, antialiased.
///
/// Shapes  in: (H, W, C) of `size`; out: (height, width, C), apart from it
template <class T>
void resize_piece(T const* in, shape size, int height, int width, T* out, scratch_of<T>& memory) {
  constexpr resample_config config{};
  index const row = index{size.w} * size.c;
  int const most = math::max(math::max(size.h, size.w), math::max(height, width));  // memory that no later size outgrows
  T* const lines = memory.floats(5, index{most} * most * size.c);
  detail::resample_axis<T> axis{memory.integers(0, most), memory.floats(4, 4 * index{most}), 0};
  detail::fill_axis<config>(axis, size.h, height);
  for (int y = 0; y < height; ++y)
    detail::weighted_sums(
        axis.weight + index{y} * axis.taps, axis.taps, [&](int k) { return in + (axis.first[y] + k) * row; },
        static_cast<int>(row), lines + y * row);
  detail::fill_axis<config>(axis, size.w, width);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      T const* const from = lines + y * row + index{axis.first[x]} * size.c;
      for (int c = 0; c < size.c; ++c) {
        T sum = T(0);
        for (int k = 0; k < axis.taps; ++k) sum += axis.weight[index{x} * axis.taps + k] * from[k * size.c + c];
        *out++ = sum;
      }
    }
  }
}

/// Each channel by itself: minus its mean, over its deviation.
///
/// Formula  (v - mean) / deviation, unbiased (pixels - 1); a channel of one value becomes 0
/// Source   JigsawPuzzlePytorch, Dataset/JigsawImageLoader.py
template <class T>
void standardise_piece(T* piece, index pixels, int channels) {
  for (int c = 0; c < channels; ++c) {
    double sum = 0, squares = 0;
    for (index i = 0; i < pixels; ++i) sum += static_cast<double>(piece[i * channels + c]);
    double const mean = sum / static_cast<double>(pixels);
    for (index i = 0; i < pixels; ++i) {
      double const off = static_cast<double>(piece[i * channels + c]) - mean;
      squares += off * off;
    }
    double const deviation = math::sqrt(squares / static_cast<double>(math::max(pixels - 1, index{1})));
    double const scale = deviation < 1e-12 ? 1.0 : 1 / deviation;
    for (index i = 0; i < pixels; ++i)
      piece[i * channels + c] = static_cast<T>((static_cast<double>(piece[i * channels + c]) - mean) * scale);
  }
}

/// Keeps one channel, minus its mean, and puts uniform noise of half a level of 255 in place of the others; then the piece is
/// divided by its root mean square.
///
/// Source  colour dropping of Doersch et al. 2015, arXiv:1505.05192, as in deepcontext train.py. Deviation: values of root mean
///         square 1, where the published network takes 50
template <class T>
void keep_one_channel(T* piece, index pixels, int channels, int kept, draws& d) {
  double sum = 0, squares = 0;
  for (index i = 0; i < pixels; ++i) sum += static_cast<double>(piece[i * channels + kept]);
  double const mean = sum / static_cast<double>(pixels);
  for (index i = 0; i < pixels; ++i) {
    for (int c = 0; c < channels; ++c) {
      T& v = piece[i * channels + c];
      double const level = static_cast<double>(d.uniform(-0.5f, 0.5f)) / 255;
      double const kept_value = static_cast<double>(v) - mean;
      v = static_cast<T>(c == kept ? kept_value : level);
      squares += static_cast<double>(v) * static_cast<double>(v);
    }
  }
  double const size = math::sqrt(squares / static_cast<double>(pixels * channels));
  T const scale = static_cast<T>(size < 1e-12 ? 1.0 : 1 / size);
  for (index i = 0; i < pixels * channels; ++i) piece[i] *= scale;
}

/// What a configuration asks for.
template <piece_colours Colours, class T>
void prepare_piece(T* piece, index pixels, int channels, draws& d) {
  if constexpr (Colours == piece_colours::standardised) standardise_piece(piece, pixels, channels);
  if constexpr (Colours == piece_colours::one_channel)
    keep_one_channel(piece, pixels, channels, static_cast<int>(d.below(static_cast<std::uint32_t>(channels))), d);
}

}  // namespace ssl::augmentations
