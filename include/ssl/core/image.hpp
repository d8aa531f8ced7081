// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>

#include "ssl/core/shape.hpp"

namespace ssl {

/// One 8-bit image in memory that somebody else owns; pixel (y, x, channel) is data[(y * width + x) * channels + channel].
struct image_view {
  std::uint8_t const* data = nullptr;
  int height = 0;
  int width = 0;
  int channels = 0;
};

/// Anything with images: `size()` and `image(i)`, both const and callable from several threads at once.
template <class D>
concept dataset = requires(D const& d, index i) {
  { d.size() } -> std::convertible_to<index>;
  { d.image(i) } -> std::convertible_to<image_view>;
};

/// A data set that also knows classes; `label(i)` is -1 where an image has none.
template <class D>
concept labelled_dataset = dataset<D> && requires(D const& d, index i) {
  { d.label(i) } -> std::convertible_to<std::int32_t>;
};

}  // namespace ssl
