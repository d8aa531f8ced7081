// SPDX-License-Identifier: Apache-2.0
#include <ssl/augmentations/simclr.hpp>
#include <ssl/objectives/dino.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "pretrain.hpp"

namespace {

struct run : methods::small_run {
  using augmentation = ssl::augmentations::simclr_small_fixed_order;
  using objective = ssl::objectives::dino<ssl::objectives::dino_small>;
  using optimizer = ssl::optimizers::adamw;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.objective = {.teacher_temperature = ssl::linear_ramp{.from = 0.04, .to = 0.07, .steps = t.steps / 3},
                          .momentum = ssl::cosine_ramp(0.98, 1, t.steps),
                          .freeze_steps = t.epoch},
            .optimizer = {.learning_rate = t.rate(1e-3), .weight_decay = 1e-4}};
  }
};

}  // namespace

METHOD(dino)
