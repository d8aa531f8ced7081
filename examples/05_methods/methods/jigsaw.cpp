// SPDX-License-Identifier: Apache-2.0
#include <ssl/augmentations/pretext_tasks.hpp>
#include <ssl/objectives/jigsaw.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "pretrain.hpp"

namespace {

struct run : methods::small_run {
  using augmentation = ssl::augmentations::jigsaw_small<>;
  using objective = ssl::objectives::jigsaw<ssl::objectives::jigsaw_small>;
  using optimizer = ssl::optimizers::adamw;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.optimizer = {.learning_rate = t.rate(1e-3), .weight_decay = 1e-4}};
  }
};

}  // namespace

METHOD(jigsaw)
