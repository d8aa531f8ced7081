// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace ssl {

/// Sizes and offsets, in elements unless the name says bytes.
using index = std::int64_t;

/// Extents of a dense tensor in NHWC order; token sequences are images whose tokens are h * w.
///
/// Everything in memory is "rows x channels": rows() = n * h * w, and the channel varies fastest.
struct shape {
  int n = 1;  ///< batch (images or rows)
  int h = 1;
  int w = 1;
  int c = 1;  ///< channels, or width of a token

  constexpr index tokens() const { return index{h} * w; }
  constexpr index rows() const { return index{n} * h * w; }
  constexpr index elements() const { return rows() * c; }
  constexpr bool positive() const { return n > 0 && h > 0 && w > 0 && c > 0; }

  constexpr shape with_batch(int batch) const { return {batch, h, w, c}; }
  constexpr shape with_channels(int channels) const { return {n, h, w, channels}; }

  friend constexpr bool operator==(shape const&, shape const&) = default;
};

/// Elements are laid out on boundaries of 64 bytes for float: blocks of 16 elements.
inline constexpr index block_elements = 16;

constexpr index round_up(index value, index multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace ssl
