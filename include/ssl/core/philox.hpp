// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ssl/core/macros.hpp"

/// \file
/// Counter-based random numbers: a draw is a function of (seed, epoch, sample, view, operation), never of an order
/// of calls, so that any number of threads, any order of work and any resumption give the same bits.
namespace ssl {

struct philox_block {
  std::uint32_t word[4];
};

/// Philox4x32 with ten rounds.
///
/// Source  Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3". Deviation: none
PRETEXT_HD constexpr philox_block philox4x32(philox_block counter, std::uint64_t key) {
  std::uint32_t k0 = static_cast<std::uint32_t>(key);
  std::uint32_t k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    std::uint64_t const a = std::uint64_t{0xD2511F53u} * counter.word[0];
    std::uint64_t const b = std::uint64_t{0xCD9E8D57u} * counter.word[2];
    counter = {{static_cast<std::uint32_t>(b >> 32) ^ counter.word[1] ^ k0, static_cast<std::uint32_t>(b),
                static_cast<std::uint32_t>(a >> 32) ^ counter.word[3] ^ k1, static_cast<std::uint32_t>(a)}};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return counter;
}

/// What a stream of draws belongs to.
struct draw_key {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
  std::uint32_t sample = 0;     ///< index of the image in its data set
  std::uint16_t view = 0;       ///< which view of the image
  std::uint16_t operation = 0;  ///< which stage draws; stages never share a stream
};

/// The stream of draws of one key.
class draws {
 public:
  PRETEXT_HD constexpr explicit draws(draw_key key) : key_(key) {}

  PRETEXT_HD constexpr std::uint32_t bits() {
    if (used_ == 4) {
      block_ = philox4x32({{key_.sample, key_.epoch, (std::uint32_t{key_.view} << 16) | key_.operation, counter_++}}, key_.seed);
      used_ = 0;
    }
    return block_.word[used_++];
  }
  /// Uniform in [0, 1), a multiple of 2^-24 and so exact in float.
  PRETEXT_HD constexpr float uniform() { return static_cast<float>(bits() >> 8) * (1.0f / 16777216.0f); }
  PRETEXT_HD constexpr float uniform(float low, float high) { return low + (high - low) * uniform(); }
  /// Uniform in [0, 1) with 53 bits.
  PRETEXT_HD constexpr double uniform_double() {
    std::uint64_t const high = bits();
    return static_cast<double>(((high << 32) | bits()) >> 11) * (1.0 / 9007199254740992.0);
  }
  /// Uniform integer in [0, count); the bias is below count / 2^32.
  PRETEXT_HD constexpr std::uint32_t below(std::uint32_t count) {
    return static_cast<std::uint32_t>((std::uint64_t{bits()} * count) >> 32);
  }
  PRETEXT_HD constexpr bool chance(float probability) { return uniform() < probability; }

  /// The same stream from its block on: for those who draw for many places in any order. A block is four words.
  PRETEXT_HD constexpr draws from_block(std::uint32_t block) const {
    draws later(key_);
    later.counter_ = block;
    return later;
  }

 private:
  draw_key key_;
  philox_block block_{};
  std::uint32_t counter_ = 0;
  int used_ = 4;
};

}  // namespace ssl
