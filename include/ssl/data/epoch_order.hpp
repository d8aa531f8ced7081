// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

#include "ssl/core/philox.hpp"

namespace ssl::data {

/// Values of draw_key::operation that the stages of an augmentation must not use: they count upwards from 0.
inline constexpr std::uint16_t epoch_order_operation = 0xFFFF;
inline constexpr std::uint16_t procedural_operation = 0xFFFE;

/// The order in which an epoch visits the images: a permutation of 0 to n - 1, a function of seed, epoch and n alone.
///
/// Shapes   order: (n), n below 2^32; filled
/// Cost     n draws, no allocation
/// Source   Fisher-Yates as in Knuth, The Art of Computer Programming, volume 2, algorithm 3.4.2P. Deviation: a draw below k
///          has a bias of at most k / 2^32
inline void epoch_order(std::uint64_t seed, std::uint32_t epoch, std::span<std::uint32_t> order) {
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  draws stream({.seed = seed, .epoch = epoch, .operation = epoch_order_operation});
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[stream.below(static_cast<std::uint32_t>(left))]);
  }
}

}  // namespace ssl::data
