// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/stage.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// What is subtracted from each channel and what it is divided by, for values in [0, 1]. Entry c belongs to channel c.
struct channel_statistics {
  static constexpr int capacity = 16;  ///< channels beyond are left as they are
  float mean[capacity] = {};
  float deviation[capacity] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  PRETEXT_FIELDS(mean, deviation)
};

/// Over the training images of ImageNet, as torchvision's models use them.
inline constexpr channel_statistics imagenet_statistics{
    .mean = {0.485f, 0.456f, 0.406f}, .deviation = {0.229f, 0.224f, 0.225f, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
/// Over the 50 000 training images of CIFAR-10, to the four digits that solo-learn and others use.
inline constexpr channel_statistics cifar10_statistics{
    .mean = {0.4914f, 0.4822f, 0.4465f}, .deviation = {0.2470f, 0.2435f, 0.2616f, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
/// Over the 60 000 training images of Fashion-MNIST.
inline constexpr channel_statistics fashion_mnist_statistics{
    .mean = {0.286041f}, .deviation = {0.353024f, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};

/// (x - mean) / deviation, per channel; the last stage of a chain.
struct normalise {
  using options = channel_statistics;
  static constexpr stage_kind kind = stage_kind::pointwise;

  using drawn = channel_statistics;
  static drawn draw(options const& o, draws&, shape, image_view) { return o; }

  template <colours>
  static void apply(drawn const& p, tile<float> t) {
    for (int c = 0; c < t.channels && c < channel_statistics::capacity; ++c) {
      float* const __restrict__ v = t.channel(c);
      float const mean = p.mean[c], scale = 1.0f / p.deviation[c];
      for (int i = 0; i < t.pixels(); ++i) v[i] = (v[i] - mean) * scale;
    }
  }
};

}  // namespace ssl::augmentations
