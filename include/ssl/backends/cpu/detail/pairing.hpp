// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/core/shape.hpp"

namespace ssl::backends::cpu_kernels {

/// Every pair of `teams` blocks once, in rounds in which no block plays twice: pairs of one round may run at the same time, and
/// what a block collects comes in the order of the rounds whatever the number of threads.
///
/// Source  the circle method of round-robin tournaments: one team stays, the others move on by one place
struct pairing {
  index teams;

  constexpr index places() const { return teams + teams % 2; }  ///< an odd one out rests
  constexpr index rounds() const { return places() - 1; }
  constexpr index pairs() const { return places() / 2; }  ///< of a round, one of which may be a rest

  struct pair {
    index first, second;
  };
  /// first < second, or second == teams for a rest.
  constexpr pair at(index round, index i) const {
    index const circle = places() - 1;
    index const a = i == 0 ? circle : (round + i) % circle, b = (round + circle - i) % circle;
    return a < b ? pair{a, b} : pair{b, a};
  }
};

}  // namespace ssl::backends::cpu_kernels
