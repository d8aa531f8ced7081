// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "reference/suite.hpp"
#include "ssl/augmentations/stage.hpp"

namespace reference_suite {

using namespace ssl::augmentations;
using ssl::io::safetensor;

/// A stored image (C, H, W) in both forms: 8-bit pixels and planes in units of 255.
struct stored_image {
  int channels, height, width;
  std::vector<std::uint8_t> planes, pixels;

  stored_image(reference_case const& c, int which) {
    safetensor const& t = c.tensors().at("image_u8");
    std::size_t const rank = t.shape.size();
    channels = static_cast<int>(t.shape[rank - 3]), height = static_cast<int>(t.shape[rank - 2]),
    width = static_cast<int>(t.shape[rank - 1]);
    std::vector<std::uint8_t> const all = t.to<std::uint8_t>();
    int const plane = height * width;
    planes.assign(all.begin() + which * channels * plane, all.begin() + (which + 1) * channels * plane);
    pixels.resize(planes.size());
    for (int c = 0; c < channels; ++c)
      for (int i = 0; i < plane; ++i) pixels[i * channels + c] = planes[c * plane + i];
  }
  ssl::image_view view() const { return {pixels.data(), height, width, channels}; }
  template <class T>
  std::vector<T> units() const {
    std::vector<T> v(planes.size());
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<T>(planes[i]) * unit_of_bytes<T>;
    return v;
  }
  template <class T>
  tile<T> over(std::vector<T>& v) const {
    return {v.data(), ssl::index{height} * width, channels, height, width};
  }
};

}  // namespace reference_suite
