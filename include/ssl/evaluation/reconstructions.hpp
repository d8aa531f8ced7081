// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "ssl/augmentations/evaluation.hpp"
#include "ssl/data/in_memory.hpp"
#include "ssl/losses/masked_patches.hpp"
#include "ssl/pipeline/pipeline.hpp"

namespace ssl::evaluation {

/// Pictures of what a masked autoencoder does, image k of each set being of the same view.
struct reconstruction_pictures {
  data::in_memory_images original;
  data::in_memory_images masked;  ///< hidden patches grey
  data::in_memory_images filled;  ///< hidden patches as they are predicted, visible ones as they are
};

namespace detail {

/// Brings the prediction of one patch back to the units of the view: pixels that were normalised within their patch get the mean and
/// the deviation of the true ones, which only they know.
///
/// Shapes   pixel(i): number i of the true patch; predicted: (numbers), in place
template <losses::patch_target Target, class Pixel>
void to_units_of_view(float* predicted, index numbers, double epsilon, Pixel pixel) {
  if constexpr (Target == losses::patch_target::normalised_pixels) {
    double mean = 0, square = 0;
    for (index i = 0; i < numbers; ++i) mean += pixel(i) / static_cast<double>(numbers);
    for (index i = 0; i < numbers; ++i) square += std::pow(pixel(i) - mean, 2);
    double const deviation = std::sqrt(square / static_cast<double>(numbers - 1) + epsilon);
    for (index i = 0; i < numbers; ++i) predicted[i] = static_cast<float>(predicted[i] * deviation + mean);
  }
}

}  // namespace detail

/// The views of one batch, and what the pipeline predicts of their hidden patches, as images of 8 bits.
///
/// Shapes    image k: (H, W, C) of the view, k = 0 .. batch - 1
/// Requires  an objective whose `loss` is losses::masked_patches on the output of the role "decoder", as in objectives::mae
/// Cost      one forward pass; the batch on the host
/// Source    facebookresearch/mae: demo/mae_visualize.ipynb. Deviation: predictions of normalised pixels get the mean and the deviation of
///           the true patch back, so that they can be seen beside it
template <class Run>
reconstruction_pictures reconstructions(pipeline<Run>& p, batch_input const& batch) {
  constexpr auto config = Run::objective::loss::config;
  constexpr shape view = Run::augmentation::layout(Run::image).group[0].size;
  constexpr ops::patch_grid grid{view.h, view.w, view.c, config.patch};
  constexpr index pixels = view.elements(), patches = grid.patches(), numbers = grid.numbers();
  auto const statistics = Run::augmentation::statistics(p.options().augmentation);
  auto const predicted = p.tap(batch, "decoder");  // (N, 1, T, numbers)
  typename Run::objective::loss::options const options{};

  std::vector<std::uint8_t> original(static_cast<std::size_t>(Run::batch * pixels)), masked(original), filled(original);
  std::vector<float> values(static_cast<std::size_t>(pixels)), patch(static_cast<std::size_t>(numbers));
  for (index n = 0; n < Run::batch; ++n) {
    std::copy_n(batch.views[0] + n * pixels, pixels, values.begin());
    augmentations::to_bytes(values.data(), view, statistics, original.data() + n * pixels);
    std::copy_n(original.begin() + n * pixels, pixels, masked.begin() + n * pixels);
    for (index place = config.visible; place < patches; ++place) {
      index const which = batch.masks[0][n * patches + place];
      auto const pixel = [&](index i) -> float& { return values[static_cast<std::size_t>(grid.place(which, i))]; };
      std::copy_n(predicted.begin() + (n * patches + which) * numbers, numbers, patch.begin());
      detail::to_units_of_view<config.target>(patch.data(), numbers, options.epsilon, pixel);
      for (index i = 0; i < numbers; ++i) {
        pixel(i) = patch[static_cast<std::size_t>(i)];
        masked[static_cast<std::size_t>(n * pixels + grid.place(which, i))] = 128;
      }
    }
    augmentations::to_bytes(values.data(), view, statistics, filled.data() + n * pixels);
  }
  shape const extents = view.with_batch(Run::batch);
  return {.original = data::in_memory_images(extents, std::move(original)),
          .masked = data::in_memory_images(extents, std::move(masked)),
          .filled = data::in_memory_images(extents, std::move(filled))};
}

}  // namespace ssl::evaluation
