// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/two_views.hpp"
#include "ssl/backends/reference/reference.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/pipeline.hpp"

/// Encoders, augmentations and runs so small that every parameter can be moved by itself.
namespace tiny {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

/// (N, h, w, c) -> (N, 1, 1, 6), batch statistics and strides included
using convnet = encoders::convnet<encoders::convnet_config{.width = 3, .stages = 2}>;
/// Two repeated blocks, positions of a base grid of 2 x 2
using vit = encoders::vit<encoders::vit_config{
    .image_h = 4, .image_w = 4, .patch = 2, .width = 6, .depth = 2, .heads = 2, .mlp_ratio = 1}>;
/// Without batch statistics: an image's features do not depend on the batch
using mlp = encoders::mlp<encoders::mlp_config{.hidden = 7, .out = 5, .norm = encoders::mlp_norm::none}>;
/// The same with unit rows
struct unit_mlp : layers::sequential<named<"", mlp>, named<"", layers::l2_normalize>> {};

struct crops
    : augmentations::chain<named<"crop", augmentations::random_resized_crop<>>, named<"normalise", augmentations::normalise>> {};
/// Only bytes to numbers in [0, 1]
struct plain : augmentations::chain<named<"normalise", augmentations::normalise>> {};

using one_view = augmentations::view_groups<augmentations::group<augmentations::views<1, crops>>>;
using two_views = augmentations::two_views<crops>;
using three_views = augmentations::view_groups<augmentations::group<augmentations::views<3, crops>>>;

template <class Objective, class Encoder = convnet, class Augmentation = two_views, class Backend = backends::reference,
          class Scalar = double>
struct run : run_defaults {
  using encoder = Encoder;
  using augmentation = Augmentation;
  using objective = Objective;
  using optimizer = optimizers::sgd<>;
  using backend = Backend;
  using scalar = Scalar;
  static constexpr shape image{.h = 4, .w = 4, .c = 2};
  static constexpr int batch = 3;
};

/// The same run, whose encoder sees the batch in chunks.
template <class Run, int Chunks>
struct in_chunks : Run {
  static constexpr int chunks = Chunks;
};

}  // namespace tiny
