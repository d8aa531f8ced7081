// SPDX-License-Identifier: Apache-2.0
#include <ssl/augmentations/simclr.hpp>
#include <ssl/objectives/simsiam.hpp>
#include <ssl/optimizers/sgd.hpp>

#include "pretrain.hpp"

namespace {

struct run : methods::small_run {
  using augmentation = ssl::augmentations::simclr_small_fixed_order;
  using objective = ssl::objectives::simsiam<ssl::objectives::simsiam_small>;
  using optimizer = ssl::optimizers::sgd<>;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.optimizer = {.learning_rate = t.rate(0.06), .momentum = 0.9, .weight_decay = 5e-4}};
  }
};

}  // namespace

METHOD(simsiam)
