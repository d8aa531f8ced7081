// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "ssl/augmentations/mask.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// The places 0 to count - 1 by growing noise; equal noise keeps their order.
template <class T>
void order_by_noise(T const* noise, int count, std::int32_t* order) {
  for (int i = 0; i < count; ++i) order[i] = i;
  std::sort(order, order + count,
            [noise](std::int32_t a, std::int32_t b) { return noise[a] < noise[b] || (noise[a] == noise[b] && a < b); });
}

/// rank[order[i]] = i: where each place stands in an order. A patch is kept where its rank is below the number of patches kept.
inline void rank_in_order(std::int32_t const* order, int count, std::int32_t* rank) {
  for (int i = 0; i < count; ++i) rank[order[i]] = i;
}

/// How many of `tokens` are kept when a share of them is masked.
constexpr int kept_tokens(int tokens, double masked_share) { return static_cast<int>(tokens * (1 - masked_share)); }

struct random_order_config {
  int patch = 16;  ///< pixels
  friend constexpr bool operator==(random_order_config const&, random_order_config const&) = default;
};

/// MAE's random masking: a uniformly random order of the patches. The first kept_tokens(L, 0.75) of them are what the encoder
/// sees, and how many that is belongs to the objective.
///
/// Shapes    (H / patch, W / patch): entry i is the patch that comes at place i of the order
/// Requires  extents of the image divisible by the patch
/// Errors    compile time: E132
/// Source    He et al. 2021, arXiv:2111.06377, and mae models_mae.py random_masking (ids_shuffle; rank_in_order gives
///           ids_restore). Deviation: none in the law
template <random_order_config Config = random_order_config{}>
struct random_order : patch_mask<Config.patch> {
  struct options {};
  static void draw(options const&, draws& d, shape image, std::int32_t* out, scratch& memory) {
    int const count = static_cast<int>(random_order::extents(image).tokens());
    float* const noise = memory.floats(0, count);
    for (int i = 0; i < count; ++i) noise[i] = d.uniform();
    order_by_noise(noise, count, out);
  }
};

}  // namespace ssl::augmentations
