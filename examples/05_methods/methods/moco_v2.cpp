// SPDX-License-Identifier: Apache-2.0
#include <ssl/augmentations/simclr.hpp>
#include <ssl/objectives/moco.hpp>
#include <ssl/optimizers/sgd.hpp>

#include "pretrain.hpp"

namespace {

struct run : methods::small_run {
  using augmentation = ssl::augmentations::simclr_small_fixed_order;
  using objective = ssl::objectives::moco<ssl::objectives::moco_config{
      .projector = ssl::layers::moco_projection({.hidden = 256, .out = 64}), .queue = 1024, .statistics_groups = 4}>;
  using optimizer = ssl::optimizers::sgd<>;

  /// A queue of a fifth of the images, so that few keys are of the query's own image.
  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.objective = {.temperature = 0.1, .momentum = 0.99},
            .optimizer = {.learning_rate = t.rate(0.12), .momentum = 0.9, .weight_decay = 5e-4}};
  }
};

}  // namespace

METHOD(moco_v2)
