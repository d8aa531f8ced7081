// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/data/in_memory.hpp"
#include "ssl/evaluation/embeddings.hpp"
#include "ssl/io/npy.hpp"

/// \file
/// Arrays of images as data sets: those of a user's xtensor, and those of NumPy's files.
namespace ssl::data {

namespace detail {

/// The extents of an array of images, (N, H, W, C) or, with one channel, (N, H, W).
template <class Extents>
shape extents_of_images(Extents const& extents) {
  std::size_t const rank = extents.size();
  bool fits = rank == 3 || rank == 4;
  for (auto const extent : extents) fits = fits && static_cast<index>(extent) <= std::numeric_limits<int>::max();
  if (!fits) {
    throw data_error(605, "an array of " + std::to_string(rank) +
                              " dimensions: expected images as (N, H, W, C) or (N, H, W), each below 2^31");
  }
  auto const extent = [&](std::size_t k) { return k < rank ? static_cast<int>(extents[k]) : 1; };
  return {.n = extent(0), .h = extent(1), .w = extent(2), .c = extent(3)};
}

}  // namespace detail

/// A user's array of images as a data set, not copied: the array, and the labels if given, must outlive it.
///
/// Shapes  pixels: (N, H, W, C) or (N, H, W); labels: (N)
/// Errors  E605 (extents that do not agree)
template <std::size_t Rank>
image_span images_of(xt::xtensor<std::uint8_t, Rank, xt::layout_type::row_major> const& pixels,
                     std::span<std::int32_t const> labels = {}) {
  return {detail::extents_of_images(pixels.shape()), {pixels.data(), pixels.size()}, labels};
}
template <std::size_t Rank>
image_span images_of(xt::xtensor<std::uint8_t, Rank, xt::layout_type::row_major> const& pixels,
                     evaluation::labels const& labels) {
  return images_of(pixels, std::span<std::int32_t const>(labels.data(), labels.size()));
}
template <std::size_t Rank>
image_span images_of(xt::xtensor<std::uint8_t, Rank, xt::layout_type::row_major>&&, auto&&...) = delete;

/// Images, and labels where a second file is named, from .npy files, wholly in memory.
///
/// Shapes  images: (N, H, W, C) or (N, H, W), 8 bits; labels: (N), integers of any type
/// Errors  E605 (extents that do not agree), and those of io::read_npy
inline in_memory_images load_npy_images(std::string const& images, std::string const& labels = "") {
  io::npy_array<std::uint8_t> pixels = io::read_npy<std::uint8_t>(images);
  std::vector<std::int32_t> classes;
  if (!labels.empty()) classes = io::read_npy<std::int32_t>(labels).values;
  return {detail::extents_of_images(pixels.shape), std::move(pixels.values), std::move(classes)};
}

}  // namespace ssl::data
