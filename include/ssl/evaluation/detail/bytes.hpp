// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ssl/augmentations/normalise.hpp"

namespace ssl::evaluation::detail {

/// A channel of a normalised picture in [0, 1] again.
inline float unit_of(float value, index channel, augmentations::channel_statistics const& statistics) {
  if (channel >= augmentations::channel_statistics::capacity) return value;
  return value * statistics.deviation[channel] + statistics.mean[channel];
}

/// A number in [0, 1] as a byte; what lies beyond is clamped.
inline std::uint8_t byte_of(float unit) { return static_cast<std::uint8_t>(std::lround(255 * std::clamp(unit, 0.0f, 1.0f))); }

}  // namespace ssl::evaluation::detail
