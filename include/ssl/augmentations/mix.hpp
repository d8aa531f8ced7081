// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ssl/augmentations/random_box.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/philox.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// Mixup and cutmix, which mix the images of a batch and their labels, for fine-tuning.
///
/// They are no augmentation policy: that sees one image at a time, in any order and on any thread. They belong between the batch
/// and the step: whoever fine-tunes draws one mix for a batch, with a key whose `sample` is the step, and applies it to the views
/// and to the targets. The partner of image i is image N - 1 - i, as in timm, so that a batch mixes in place.
namespace ssl::augmentations {

/// Value of draw_key::operation for the mix of a batch.
inline constexpr std::uint16_t mix_operation = 0xA000;

struct mix_options {
  float mixup_alpha = 0.8f;  ///< lambda is drawn from Beta(alpha, alpha); 0: no mixup
  float cutmix_alpha = 1.0f;
  float cutmix_probability = 0.5f;  ///< where both are there
  float probability = 1.0f;         ///< that a batch is mixed at all
  PRETEXT_FIELDS(mixup_alpha, cutmix_alpha, cutmix_probability, probability)
};

/// What happens to a batch.
struct batch_mix {
  double lambda = 1;  ///< what an image keeps of itself; of a cut, the share of its pixels
  bool cuts = false;
  crop_box box{};  ///< of the partner's pixels
};

/// A number of Beta(alpha, alpha).
///
/// Requires  alpha > 0; the number of tries grows with it: about 1.3 at 0.8, 2 at 1, 6 at 2
/// Source    Joehnk 1964
inline double draw_beta(draws& d, float alpha) {
  double const power = 1 / static_cast<double>(alpha);
  while (true) {
    double const x = math::pow(1 - d.uniform_double(), power), y = math::pow(1 - d.uniform_double(), power);
    if (x + y <= 1 && x + y > 0) return x / (x + y);
  }
}

/// The box that takes 1 - lambda of an image around a place, cut at the borders, and the lambda that its area makes.
constexpr batch_mix cut_at(double share_of_side, int y, int x, int height, int width) {
  int const half_h = static_cast<int>(height * share_of_side) / 2, half_w = static_cast<int>(width * share_of_side) / 2;
  int const top = math::max(y - half_h, 0), left = math::max(x - half_w, 0);
  crop_box const box{top, left, math::min(y + half_h, height) - top, math::min(x + half_w, width) - left};
  return {1 - static_cast<double>(box.height) * box.width / (static_cast<double>(height) * width), true, box};
}

/// Draws the mix of a batch.
///
/// Source  timm 1.0 Mixup, mode `batch`; mixup of Zhang et al. 2017, arXiv:1710.09412, cutmix of Yun et al. 2019,
///         arXiv:1905.04899; numbers of MAE's fine-tuning, He et al. 2021, arXiv:2111.06377, appendix A. Deviation: other random
///         bits
inline batch_mix draw_mix(mix_options const& o, draws& d, shape image) {
  bool const mixes = d.chance(o.probability), prefers_cut = d.chance(o.cutmix_probability);
  bool const both = o.mixup_alpha > 0 && o.cutmix_alpha > 0;
  bool const cuts = both ? prefers_cut : o.cutmix_alpha > 0;
  float const alpha = cuts ? o.cutmix_alpha : o.mixup_alpha;
  if (!mixes || alpha <= 0) return {};
  double const lambda = draw_beta(d, alpha);
  if (!cuts) return {.lambda = lambda};
  int const y = static_cast<int>(d.below(static_cast<std::uint32_t>(image.h)));
  int const x = static_cast<int>(d.below(static_cast<std::uint32_t>(image.w)));
  return cut_at(math::sqrt(1 - lambda), y, x, image.h, image.w);
}

/// Mixes the images of a batch with their partners, in place.
///
/// Formula  mixup: x_i <- lambda x_i + (1 - lambda) x_{N-1-i}; cutmix: x_i takes the box from x_{N-1-i}
/// Shapes   images: (N, H, W, C)
template <class T>
void mix_images(batch_mix const& mix, shape batch, T* images) {
  index const size = batch.tokens() * batch.c;
  T const own = static_cast<T>(mix.lambda), other = T(1) - own;
  for (int i = 0; 2 * i < batch.n - 1; ++i) {
    T* const __restrict__ a = images + i * size;
    T* const __restrict__ b = images + (batch.n - 1 - i) * size;
    if (mix.cuts) {
      for (int y = mix.box.top; y < mix.box.top + mix.box.height; ++y) {
        index const row = (index{y} * batch.w + mix.box.left) * batch.c;
        for (index k = row; k < row + index{mix.box.width} * batch.c; ++k) {
          T const kept = a[k];
          a[k] = b[k], b[k] = kept;
        }
      }
    } else {
      for (index k = 0; k < size; ++k) {
        T const first = a[k], second = b[k];
        a[k] = own * first + other * second;
        b[k] = own * second + other * first;
      }
    }
  }
}

/// Soft targets of a mixed batch; of one that is not mixed, with the default mix.
///
/// Formula  t_ik = lambda s(k, label_i) + (1 - lambda) s(k, label_{N-1-i}); s = 1 - smoothing + smoothing / K for the label's
///          class, smoothing / K for the others
/// Shapes   labels: (N), 0 to K - 1; targets: (N, K), filled; each row sums to 1
template <class T>
void mix_targets(batch_mix const& mix, std::int32_t const* labels, int count, int classes, double smoothing, T* targets) {
  double const off = smoothing / classes, on = 1 - smoothing;
  for (int i = 0; i < count; ++i) {
    T* const row = targets + index{i} * classes;
    for (int k = 0; k < classes; ++k) {
      double const share = (labels[i] == k ? mix.lambda : 0) + (labels[count - 1 - i] == k ? 1 - mix.lambda : 0);
      row[k] = static_cast<T>(off + on * share);
    }
  }
}

}  // namespace ssl::augmentations
