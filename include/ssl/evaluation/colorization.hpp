// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "ssl/augmentations/piece.hpp"
#include "ssl/core/error.hpp"
#include "ssl/core/image.hpp"
#include "ssl/ops/ab_bins.hpp"
#include "ssl/ops/lab.hpp"

/// \file
/// Colours of colorization on the host: how often they come, and pictures that are given them.
namespace ssl::evaluation {

namespace detail {

inline ops::colour<double> lab_of(std::uint8_t const* pixel) {
  return ops::srgb_to_lab(ops::colour<double>{{pixel[0] / 255.0, pixel[1] / 255.0, pixel[2] / 255.0}});
}
inline void require_colours(image_view picture) {
  if (picture.channels != 3)
    throw data_error(602, "colours: expected a picture of 3 channels, found " + std::to_string(picture.channels));
}

}  // namespace detail

/// How often each of the 313 colours comes in a data set, smoothed: the mean soft target of its pixels.
///
/// Formula  p_q = mean over pixels of the weights of the ten nearest bins, exp(-distance^2 / (2 5^2)) normalised
/// Needs    at_most images are looked at, spread evenly
/// Errors   E601 (no image), E602 (not three channels)
/// Cost     313 distances a pixel
/// Source   Zhang et al. 2016, section 2.2: the empirical distribution smoothed by a Gaussian of deviation 5. Deviation: the smoothing is cut
///          off at ten bins
template <dataset D>
ops::ab_bin_values ab_prior(D const& images, index at_most = 1000) {
  index const size = images.size(), looked_at = size < at_most ? size : at_most;
  if (looked_at < 1) throw data_error(601, "a prior of colours: expected at least one image, found none");
  ops::ab_bin_values prior;
  double pixels = 0;
  for (index k = 0; k < looked_at; ++k) {
    auto const& kept = images.image(k * size / looked_at);
    image_view const picture = kept;
    detail::require_colours(picture);
    for (index i = 0; i < index{picture.height} * picture.width; ++i) {
      ops::colour<double> const lab = detail::lab_of(picture.data + 3 * i);
      int bins[10];
      double weights[10];
      ops::soft_ab_bins<10>(lab.v[1], lab.v[2], 5.0, bins, weights);
      for (int q = 0; q < 10; ++q) prior.of[bins[q]] += weights[q];
      ++pixels;
    }
  }
  for (double& p : prior.of) p /= pixels;
  return prior;
}

/// A picture with its own lightness and the colours that logits say.
///
/// Formula  (a, b) = mean of the bins under softmax(logits / temperature), enlarged to the picture (bilinear); L is the picture's
/// Shapes   picture: (H, W, 3), 8 bit; logits: (h, w, 313) of `map`; returns (H, W, 3), 8 bit
/// Errors   E602 (not three channels)
/// Source   Zhang et al. 2016, section 2.3: temperature 0.38. Deviation: bilinear, where their demonstration has splines
template <class T>
std::vector<std::uint8_t> colourised(image_view picture, T const* logits, shape map, double temperature = 0.38) {
  detail::require_colours(picture);
  index const places = map.tokens(), pixels = index{picture.height} * picture.width;
  std::vector<float> small(static_cast<std::size_t>(2 * places)), ab(static_cast<std::size_t>(2 * pixels));
  for (index i = 0; i < places; ++i) {
    T a, b;
    ops::annealed_mean_ab(logits + i * ops::ab_bin_count, static_cast<T>(temperature), a, b);
    small[static_cast<std::size_t>(2 * i)] = static_cast<float>(a);
    small[static_cast<std::size_t>(2 * i + 1)] = static_cast<float>(b);
  }
  augmentations::scratch memory;
  augmentations::resize_piece(small.data(), {1, map.h, map.w, 2}, picture.height, picture.width, ab.data(), memory);
  std::vector<std::uint8_t> out(static_cast<std::size_t>(3 * pixels));
  for (index i = 0; i < pixels; ++i) {
    std::size_t const at = static_cast<std::size_t>(2 * i);
    ops::colour<double> lab = detail::lab_of(picture.data + 3 * i);
    lab.v[1] = static_cast<double>(ab[at]), lab.v[2] = static_cast<double>(ab[at + 1]);
    ops::colour<double> const rgb = ops::lab_to_srgb(lab);
    for (std::size_t c = 0; c < 3; ++c)
      out[static_cast<std::size_t>(3 * i) + c] = static_cast<std::uint8_t>(std::lround(255 * rgb.v[c]));
  }
  return out;
}

}  // namespace ssl::evaluation
