// SPDX-License-Identifier: Apache-2.0
#include <ssl/augmentations/simclr.hpp>
#include <ssl/objectives/swav.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "pretrain.hpp"

namespace {

struct run : methods::small_run {
  using augmentation = ssl::augmentations::simclr_small_fixed_order;
  using objective = ssl::objectives::swav<ssl::objectives::swav_config{
      .projector = ssl::layers::swav_projection({.hidden = 512, .out = 128}), .prototypes = 128, .local_views = 0}>;
  using optimizer = ssl::optimizers::adamw;

  /// As many prototypes as images of a batch, so that no queue is needed.
  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.objective = {.freeze_steps = t.epoch}, .optimizer = {.learning_rate = t.rate(1e-3), .weight_decay = 1e-4}};
  }
};

}  // namespace

METHOD(swav)
