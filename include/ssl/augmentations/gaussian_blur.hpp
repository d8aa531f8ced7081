// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/detail/weighted_sums.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

namespace detail {

/// weight[radius + t] = exp(-t^2 / (2 sigma^2)), normalised to sum 1.
template <class T>
void fill_gaussian(T* weight, int radius, double sigma) {
  double total = 0;
  auto const value = [sigma](int t) { return math::exp(-0.5 * t * t / (sigma * sigma)); };
  for (int t = -radius; t <= radius; ++t) total += value(t);
  for (int t = -radius; t <= radius; ++t) weight[radius + t] = static_cast<T>(value(t) / total);
}

/// A place reflected at the first and the last of `count` without repeating them, as often as needed.
constexpr int reflected(int place, int count) {
  if (count == 1) return 0;
  int const period = 2 * (count - 1);
  place = (place % period + period) % period;
  return place < count ? place : period - place;
}

}  // namespace detail

enum class blur_border {
  reflected,  ///< outside, the image is reflected, and the edge not repeated
  zero,       ///< outside, the image is 0, so that its border darkens
};

/// Rows of a blurred planar image.
///
/// Formula   separable; weights exp(-t^2 / (2 sigma^2)) for |t| <= radius, normalised
/// Units     sigma: pixels
/// Source    torchvision 0.28 gaussian_blur. Deviation: rows, then columns; any radius. PIL's GaussianBlur approximates the
///           same by boxes; SimCLR's own code has the zero border
template <class T, blur_border Border = blur_border::reflected>
class gaussian_filter {
 public:
  gaussian_filter(tile<T> whole, int radius, double sigma, scratch_of<T>& memory)
      : whole_(whole),
        radius_(radius),
        weight_(memory.floats(4, 2 * radius + 1)),
        line_(memory.floats(3, 2 * (whole.width + radius))),
        zeros_(line_ + whole.width + 2 * radius),
        place_(memory.integers(0, 2 * radius + 1)) {
    detail::fill_gaussian(weight_, radius, sigma);
    if constexpr (Border == blur_border::zero)
      for (int x = 0; x < whole.width; ++x) zeros_[x] = T(0);
  }

  /// Fills t, which must not be part of the image, with rows first, first + 1, ...
  void rows(int first, tile<T> t) const {
    int const taps = 2 * radius_ + 1, width = whole_.width;
    for (int y = 0; y < t.rows; ++y) {
      for (int k = 0; k < taps; ++k) place_[k] = source_of(first + y + k - radius_, whole_.rows);
      for (int c = 0; c < t.channels; ++c) {
        T* const middle = line_ + radius_;
        detail::weighted_sums(
            weight_, taps, [=, this](int k) { return place_[k] == outside ? zeros_ : whole_.row(c, place_[k]); }, width, middle);
        for (int x = 1; x <= radius_; ++x) {
          int const before = source_of(-x, width), behind = source_of(width - 1 + x, width);
          middle[-x] = before == outside ? T(0) : middle[before];
          middle[width - 1 + x] = behind == outside ? T(0) : middle[behind];
        }
        detail::weighted_sums(
            weight_, taps, [this](int k) { return line_ + k; }, width, t.row(c, y));
      }
    }
  }

 private:
  static constexpr int outside = -1;
  /// The place among `count` that stands for any place; `outside` where the image is 0.
  static constexpr int source_of(int place, int count) {
    if constexpr (Border == blur_border::zero) return place < 0 || place >= count ? outside : place;
    return detail::reflected(place, count);
  }

  tile<T> whole_;
  int radius_;
  T* weight_;
  T* line_;     // a row summed over the rows around it, with what lies beyond its ends
  T* zeros_;    // a row of zeros
  int* place_;  // the rows around it
};

/// A blurred image; out has the form of the image and is another place.
template <blur_border Border = blur_border::reflected, class T>
void gaussian_blur(tile<T> image, int kernel_px, double sigma_px, T* out, scratch_of<T>& memory) {
  gaussian_filter<T, Border> const filter(image, kernel_px / 2, sigma_px, memory);
  filter.rows(0, {out, image.stride, image.channels, image.rows, image.width});
}

struct gaussian_blur_config {
  int kernel_px = 0;  ///< width of the kernel, odd; 0: a tenth of the view's height, made odd
  blur_border border = blur_border::reflected;
  friend constexpr bool operator==(gaussian_blur_config const&, gaussian_blur_config const&) = default;
};

struct gaussian_blur_options {
  float sigma_low_px = 0.1f;
  float sigma_high_px = 2.0f;
  float probability = 0.5f;
  PRETEXT_FIELDS(sigma_low_px, sigma_high_px, probability)
};

/// A Gaussian blur with a random width, with a probability.
///
/// Source  SimCLR, Chen et al. 2020, arXiv:2002.05709, appendix A: kernel of a tenth of the image, sigma in [0.1, 2], probability
///         one half. Deviation: borders are reflected by default, where SimCLR's own code has zeros
template <gaussian_blur_config Config = gaussian_blur_config{}>
struct random_gaussian_blur {
  static_assert(Config.kernel_px == 0 || Config.kernel_px % 2 == 1);
  using options = gaussian_blur_options;
  static constexpr stage_kind kind = stage_kind::neighbourhood;

  struct drawn {
    int radius = 0;
    float sigma = 1;
    bool applies = false;
  };
  static drawn draw(options const& o, draws& d, shape image, image_view) {
    drawn p;
    p.applies = d.chance(o.probability);
    p.sigma = d.uniform(o.sigma_low_px, o.sigma_high_px);
    p.radius = (Config.kernel_px > 0 ? Config.kernel_px : image.h / 10) / 2;
    return p;
  }
  static bool active(drawn const& p) { return p.applies && p.radius > 0; }
  static gaussian_filter<float, Config.border> source(drawn const& p, tile<float> whole, scratch& memory) {
    return {whole, p.radius, static_cast<double>(p.sigma), memory};
  }
};

}  // namespace ssl::augmentations
