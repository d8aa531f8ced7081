// SPDX-License-Identifier: Apache-2.0
#include <ssl/augmentations/simclr.hpp>
#include <ssl/objectives/vicreg.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "pretrain.hpp"

namespace {

struct run : methods::small_run {
  using augmentation = ssl::augmentations::simclr_small_fixed_order;
  using objective = ssl::objectives::vicreg<ssl::objectives::vicreg_small>;
  using optimizer = ssl::optimizers::adamw;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.optimizer = {.learning_rate = t.rate(1e-3), .weight_decay = 1e-4}};
  }
};

}  // namespace

METHOD(vicreg)
