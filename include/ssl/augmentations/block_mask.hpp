// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/mask.hpp"
#include "ssl/augmentations/random_box.hpp"
#include "ssl/core/fields.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

struct block_law {
  int least = 4;           ///< area of a block, patches
  float ratio_low = 0.3f;  ///< width over height
  float ratio_high = 1.0f / 0.3f;
  PRETEXT_FIELDS(least, ratio_low, ratio_high)
};

/// Hides one more block, of an area uniform between `least` and `missing`, log-uniform aspect ratio and uniform place. It must be
/// smaller than the grid, hide something new and no more than `missing`; ten are tried.
///
/// Returns  how many places it hides that were not hidden before; 0 where none of the ten would do
inline int hide_block(block_law const& law, draws& d, shape grid, int missing, std::int32_t* mask) {
  for (int tries = 0; tries < 10; ++tries) {
    double const area = uniform_between(d, static_cast<float>(law.least), static_cast<float>(missing));
    crop_box box = box_of(area, log_uniform_between(d, law.ratio_low, law.ratio_high));
    if (box.height >= grid.h || box.width >= grid.w) continue;
    box = placed(box, d, grid.h, grid.w);
    int hidden = 0;
    for (int y = box.top; y < box.top + box.height; ++y)
      for (int x = box.left; x < box.left + box.width; ++x) hidden += mask[y * grid.w + x];
    int const added = box.height * box.width - hidden;
    if (added == 0 || added > missing) continue;
    for (int y = box.top; y < box.top + box.height; ++y)
      for (int x = box.left; x < box.left + box.width; ++x) mask[y * grid.w + x] = 1;
    return added;
  }
  return 0;
}

/// Hides blocks until `target` places are hidden or no further block will do: never more than the target.
///
/// Shapes  mask: (grid.h, grid.w), 0 or 1
/// Source  BEiT, Bao et al. 2021, arXiv:2106.08254, algorithm 1, and dinov2/data/masking.py. Deviation: other random bits
inline void draw_block_mask(block_law const& law, draws& d, shape grid, int target, std::int32_t* mask) {
  for (index i = 0; i < grid.tokens(); ++i) mask[i] = 0;
  for (int missing = target, added = 1; missing > 0 && added > 0; missing -= added)
    added = hide_block(law, d, grid, missing, mask);
}

struct block_mask_config {
  int patch = 16;  ///< pixels
  friend constexpr bool operator==(block_mask_config const&, block_mask_config const&) = default;
};

/// Block-wise masks of iBOT, DINOv2 and BEiT: with a probability the view is masked, and a uniform share of its patches hidden.
///
/// Shapes    (H / patch, W / patch), 0 or 1
/// Requires  extents of the image divisible by the patch
/// Errors    compile time: E132
/// Source    Oquab et al. 2023, arXiv:2304.07193: probability one half, shares 0.1 to 0.5. BEiT's own: probability 1, both shares
///           0.4, least 16. Deviation: DINOv2 masks exactly half of the views of a batch and spreads the shares evenly over them;
///           here each view draws by itself, from the same law
template <block_mask_config Config = block_mask_config{}>
struct block_mask : patch_mask<Config.patch> {
  struct options {
    float probability = 0.5f;
    float share_low = 0.1f;  ///< of the patches
    float share_high = 0.5f;
    block_law law{};
    PRETEXT_FIELDS(probability, share_low, share_high, law)
  };
  static void draw(options const& o, draws& d, shape image, std::int32_t* out, scratch&) {
    shape const grid = block_mask::extents(image);
    bool const masked = d.chance(o.probability);
    double const share = uniform_between(d, o.share_low, o.share_high);
    int const target = masked ? static_cast<int>(static_cast<double>(grid.tokens()) * share) : 0;
    draw_block_mask(o.law, d, grid, target, out);
  }
};

}  // namespace ssl::augmentations
