// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "ssl/augmentations/concepts.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/image.hpp"
#include "ssl/core/philox.hpp"

/// A picture of random bytes.
class random_picture {
 public:
  random_picture(int height, int width, int channels, std::uint64_t seed = 7)
      : height_(height), width_(width), channels_(channels), bytes_(static_cast<std::size_t>(height * width * channels)) {
    ssl::draws stream({.seed = seed});
    for (std::uint8_t& b : bytes_) b = static_cast<std::uint8_t>(stream.bits());
  }
  ssl::image_view view() const { return {bytes_.data(), height_, width_, channels_}; }
  std::vector<std::uint8_t>& bytes() { return bytes_; }

 private:
  int height_, width_, channels_;
  std::vector<std::uint8_t> bytes_;
};

/// Random planes with values in [0, 1].
template <class T>
class random_planes {
 public:
  random_planes(int height, int width, int channels, std::uint64_t seed = 7)
      : height_(height), width_(width), channels_(channels), values_(static_cast<std::size_t>(height * width * channels)) {
    ssl::draws stream({.seed = seed});
    for (T& v : values_) v = static_cast<T>(stream.uniform());
  }
  ssl::augmentations::tile<T> whole() { return {values_.data(), ssl::index{height_} * width_, channels_, height_, width_}; }
  std::vector<T>& values() { return values_; }

 private:
  int height_, width_, channels_;
  std::vector<T> values_;
};

/// The first view that a policy or a chain makes of a picture.
template <class Chain>
std::vector<float> view_of(ssl::shape image, typename Chain::options const& options, ssl::draw_key key, ssl::image_view picture) {
  std::vector<float> out(static_cast<std::size_t>(image.elements()));
  ssl::augmentations::scratch memory;
  Chain::apply(image, options, key, picture, out.data(), memory);
  return out;
}
