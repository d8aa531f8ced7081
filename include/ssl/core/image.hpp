// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "ssl/core/shape.hpp"

namespace ssl {

/// One 8-bit image in memory that somebody else owns; pixel (y, x, channel) is data[(y * width + x) * channels + channel].
struct image_view {
  std::uint8_t const* data = nullptr;
  int height = 0;
  int width = 0;
  int channels = 0;
};

/// An image_view, or an object that holds the pixels and can be seen as one: what a data set that decodes on access gives.
template <class P>
concept picture = requires(std::remove_cvref_t<P> place, std::remove_cvref_t<P> const& kept) {
  { kept } -> std::convertible_to<image_view>;
  std::remove_cvref_t<P>();
  place = std::move(place);
};

/// Anything with images: `size()` and `image(i)`, both const and callable from several threads at once. What image(i) gives is kept
/// (`auto const& picture = d.image(i)`) as long as its pixels are looked at.
template <class D>
concept dataset = requires(D const& d, index i) {
  { d.size() } -> std::convertible_to<index>;
  { d.image(i) } -> picture;
};

/// What image(i) of a data set gives, as an object.
template <dataset D>
using picture_of = std::remove_cvref_t<decltype(std::declval<D const&>().image(index{}))>;

/// A data set that also knows classes; `label(i)` is -1 where an image has none.
template <class D>
concept labelled_dataset = dataset<D> && requires(D const& d, index i) {
  { d.label(i) } -> std::convertible_to<std::int32_t>;
};

}  // namespace ssl
