// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "ssl/augmentations/concepts.hpp"
#include "ssl/augmentations/evaluation.hpp"
#include "ssl/data/batcher.hpp"
#include "ssl/data/in_memory.hpp"

namespace ssl::evaluation {

/// Two views of each image of a data set, drawn as training draws them, as images of 8 bits: what `alignment` compares through a
/// frozen encoder. Image k of both is of the same picture; the pictures come in a random order.
///
/// Shapes   image k: (H, W, C) of `image`
/// Errors   E601 (no image), E602, E603, E607 (images)
/// Cost     two views of each image, 2 N H W C bytes
template <augmentation A, dataset D>
std::array<data::in_memory_images, 2> two_views_of(D const& images, shape image, typename A::options const& options,
                                                   std::uint64_t seed) {
  auto const statistics = A::statistics(options);
  index const pixels = image.with_batch(1).elements();
  std::array<std::vector<std::uint8_t>, 2> bytes;
  data::batcher<A, D> source(images, image, 1, options, {.threads = 0, .seed = seed});
  for (index k = 0; k < images.size(); ++k) {
    float const* value = source.next().views[0];  // (2, 1, H, W, C)
    for (std::vector<std::uint8_t>& view : bytes) {
      view.resize(static_cast<std::size_t>((k + 1) * pixels));
      augmentations::to_bytes(value, image, statistics, view.data() + k * pixels);
      value += pixels;
    }
  }
  shape const extents = image.with_batch(static_cast<int>(images.size()));
  return {data::in_memory_images(extents, std::move(bytes[0])), data::in_memory_images(extents, std::move(bytes[1]))};
}

}  // namespace ssl::evaluation
