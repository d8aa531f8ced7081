// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ssl/augmentations/detail/weighted_sums.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/math.hpp"

namespace ssl::augmentations {

enum class filter { nearest, bilinear, bicubic };

enum class antialias {
  off,  ///< as many taps when shrinking as when enlarging; taps outside the crop read its edge; bicubic A = -0.75
  on,   ///< the filter widens when shrinking; taps outside the crop are dropped and the rest renormalised; bicubic A = -0.5
};

struct resample_config {
  augmentations::filter filter = augmentations::filter::bilinear;
  augmentations::antialias antialias = augmentations::antialias::on;
  friend constexpr bool operator==(resample_config const&, resample_config const&) = default;
};

/// A rectangle of a picture, in pixels.
struct crop_box {
  int top = 0;
  int left = 0;
  int height = 0;
  int width = 0;
  friend constexpr bool operator==(crop_box const&, crop_box const&) = default;
};

namespace detail {

/// One axis of a separable resampling: output i is the sum of weight[i * taps + k] times input first[i] + k.
template <class T>
struct resample_axis {
  int* first = nullptr;
  T* weight = nullptr;
  int taps = 0;
};

constexpr int filter_support(filter f) { return f == filter::bicubic ? 2 : 1; }

template <resample_config Config>
constexpr int resample_taps(int in, int out) {
  if (Config.filter == filter::nearest) return 1;
  int const plain = 2 * filter_support(Config.filter);
  int const widened = static_cast<int>((std::int64_t{plain} * in + out - 1) / out);
  return math::min(in, Config.antialias == antialias::on ? math::max(plain, widened) : plain);
}

/// The piecewise cubic of Keys 1981 at distance |x| (a bicubic filter), or the triangle (bilinear).
template <resample_config Config>
constexpr double filter_value(double x) {
  x = math::abs(x);
  if constexpr (Config.filter == filter::bilinear) {
    return x < 1 ? 1 - x : 0;
  } else {
    double const a = Config.antialias == antialias::on ? -0.5 : -0.75;
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }
}

template <resample_config Config, class T>
void fill_antialiased(resample_axis<T>& axis, int in, int out) {
  double const scale = static_cast<double>(in) / out, widening = math::max(scale, 1.0);
  double const support = filter_support(Config.filter) * widening, narrowing = 1 / widening;
  for (int i = 0; i < out; ++i) {
    double const centre = scale * (i + 0.5);
    int const low = math::max(static_cast<int>(centre - support + 0.5), 0);
    int const high = math::min(math::min(static_cast<int>(centre + support + 0.5), in), low + axis.taps);
    int const first = math::min(low, in - axis.taps);
    T* const weight = axis.weight + index{i} * axis.taps;
    for (int k = 0; k < axis.taps; ++k) weight[k] = T(0);
    double total = 0;
    for (int j = low; j < high; ++j) total += filter_value<Config>((j - centre + 0.5) * narrowing);
    double const share = 1 / total;
    for (int j = low; j < high; ++j)
      weight[j - first] = static_cast<T>(filter_value<Config>((j - centre + 0.5) * narrowing) * share);
    axis.first[i] = first;
  }
}

template <resample_config Config, class T>
void fill_plain(resample_axis<T>& axis, int in, int out) {
  constexpr int support = filter_support(Config.filter);
  double const scale = static_cast<double>(in) / out;
  for (int i = 0; i < out; ++i) {
    double place = scale * (i + 0.5) - 0.5;
    if (Config.filter == filter::bilinear) place = math::max(place, 0.0);
    int const left = static_cast<int>(place + 1) - 1;  // floor: a place is never below -1
    int const first = math::clamp(left + 1 - support, 0, in - axis.taps);
    T* const weight = axis.weight + index{i} * axis.taps;
    for (int k = 0; k < axis.taps; ++k) weight[k] = T(0);
    for (int j = left + 1 - support; j <= left + support; ++j)
      weight[math::clamp(j, 0, in - 1) - first] += static_cast<T>(filter_value<Config>(j - place));
    axis.first[i] = first;
  }
}

template <resample_config Config, class T>
void fill_axis(resample_axis<T>& axis, int in, int out) {
  axis.taps = resample_taps<Config>(in, out);
  if constexpr (Config.filter == filter::nearest) {
    for (int i = 0; i < out; ++i) {
      axis.first[i] = static_cast<int>(std::int64_t{i} * in / out);
      axis.weight[i] = T(1);
    }
  } else if constexpr (Config.antialias == antialias::on) {
    fill_antialiased<Config>(axis, in, out);
  } else {
    fill_plain<Config>(axis, in, out);
  }
}

/// out[y][x] = sum_k weight[x][k] * line[y][first[x] + k * step] for Lines rows at once, which share the loads of weights.
template <int Taps, int Lines, class T>
void blend_columns(T const* __restrict__ line, index line_stride, resample_axis<T> const& axis, int step, int count,
                   T* __restrict__ out) {
  int const taps = Taps > 0 ? Taps : axis.taps;
  int const* __restrict__ const first = axis.first;
  T const* __restrict__ weight = axis.weight;
  for (int x = 0; x < count; ++x, weight += taps) {
    T const* __restrict__ const in = line + first[x];
    T sum[Lines];
    for (int y = 0; y < Lines; ++y) sum[y] = weight[0] * in[y * line_stride];
    for (int k = 1; k < taps; ++k)
      for (int y = 0; y < Lines; ++y) sum[y] += weight[k] * in[y * line_stride + k * step];
    for (int y = 0; y < Lines; ++y) out[index{y} * count + x] = sum[y];
  }
}

}  // namespace detail

/// Rows of a crop of an 8-bit picture at another size, as floats in units of 255, planar.
///
/// Cost  per output row: taps * crop width + taps * output width multiplications per channel
template <resample_config Config, class T>
class resampler {
 public:
  /// Memory is taken for the whole picture, so that it does not grow when a later crop is larger.
  resampler(image_view picture, crop_box box, int height, int width, scratch_of<T>& memory)
      : channels_(picture.channels),
        crop_width_(box.width),
        stride_(index{picture.width} * picture.channels),
        origin_(picture.data + box.top * stride_ + index{box.left} * picture.channels) {
    index const y_weights = index{height} * math::max(detail::resample_taps<Config>(picture.height, height), widest);
    index const x_weights = index{width} * math::max(detail::resample_taps<Config>(picture.width, width), widest);
    line_ = memory.floats(3, lines * stride_);
    y_.first = memory.integers(0, height + width);
    x_.first = y_.first + height;
    y_.weight = memory.floats(4, y_weights + x_weights);
    x_.weight = y_.weight + y_weights;
    detail::fill_axis<Config>(y_, box.height, height);
    detail::fill_axis<Config>(x_, box.width, width);
    for (index i = 0; i < index{height} * y_.taps; ++i) y_.weight[i] *= unit_of_bytes<T>;
    for (int i = 0; i < width; ++i) x_.first[i] *= channels_;
  }

  /// Fills t with output rows first, first + 1, ...
  void rows(int first, tile<T> t) const {
    int y = 0;
    for (; y + lines <= t.rows; y += lines) fill<lines>(first + y, t, y);
    for (; y < t.rows; ++y) fill<1>(first + y, t, y);
  }

 private:
  template <int Lines>
  void fill(int row, tile<T> t, int y) const {
    for (int l = 0; l < Lines; ++l) gather_row(row + l, line_ + l * stride_);
    if (x_.taps == 2) return spread_rows<2, Lines>(t, y);
    if (x_.taps == 4) return spread_rows<4, Lines>(t, y);
    spread_rows<0, Lines>(t, y);
  }
  void gather_row(int row, T* line) const {
    std::uint8_t const* const in = origin_ + y_.first[row] * stride_;
    T const* const weight = y_.weight + index{row} * y_.taps;
    detail::weighted_sums(
        weight, y_.taps, [=, this](int k) { return in + k * stride_; }, crop_width_ * channels_, line);
  }
  template <int Taps, int Lines>
  void spread_rows(tile<T> t, int y) const {
    for (int c = 0; c < t.channels; ++c)
      detail::blend_columns<Taps, Lines>(line_ + c, stride_, x_, channels_, t.width, t.row(c, y));
  }

  /// Output rows made at a time.
  static constexpr int lines = 4;
  static constexpr int widest = 2 * detail::filter_support(Config.filter);  // a crop may enlarge where the picture shrinks

  int channels_, crop_width_;
  index stride_;
  std::uint8_t const* origin_;
  T* line_;
  detail::resample_axis<T> y_, x_;
};

/// A crop of a picture at another size.
///
/// Formula   separable; along each axis, output i is the weighted mean of the inputs around (i + 0.5) * in / out
/// Shapes    out: (C, height, width), planar; values in units of 255; a bicubic filter may leave [0, 1]
/// Requires  the box lies inside the picture and is not empty
/// Source    torchvision 0.28 resized_crop of float tensors, antialias True or False. Deviation: rows before columns, so
///           sums round otherwise
template <resample_config Config, class T>
void resize_crop(image_view picture, crop_box box, int height, int width, T* out, scratch_of<T>& memory) {
  resampler<Config, T> const source(picture, box, height, width, memory);
  source.rows(0, {out, index{height} * width, picture.channels, height, width});
}

}  // namespace ssl::augmentations
