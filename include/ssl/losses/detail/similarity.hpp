// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/shape.hpp"

namespace ssl::losses {

/// How a contrastive loss holds its similarity matrix of n x n.
enum class similarity {
  automatic,  ///< the backend's own form where it has one, else stored up to 4096 rows and tiled above
  stored,     ///< whole: fewest products, memory grows with n * n
  tiled       ///< in strips, computed again for the gradient: memory grows with n
};

/// Rows of the matrix that are in memory at a time where the form is written in cells.
constexpr index strip_rows(similarity form, index n) {
  constexpr index strip = 128, largest_stored = 4096;
  bool const whole = form == similarity::stored || (form == similarity::automatic && n <= largest_stored);
  return whole || n < strip ? n : strip;
}

}  // namespace ssl::losses
