// SPDX-License-Identifier: Apache-2.0
#include <ssl/augmentations/simclr.hpp>
#include <ssl/objectives/byol.hpp>
#include <ssl/optimizers/sgd.hpp>

#include "pretrain.hpp"

namespace {

struct run : methods::small_run {
  using augmentation = ssl::augmentations::simclr_small_fixed_order;
  using objective =
      ssl::objectives::byol<ssl::objectives::byol_config{.projector = ssl::layers::byol_projection({.hidden = 512, .out = 128}),
                                                         .predictor = ssl::layers::byol_prediction({.hidden = 512, .out = 128})}>;
  using optimizer = ssl::optimizers::sgd<>;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.objective = {.momentum = ssl::cosine_ramp(0.98, 1, t.steps)},
            .optimizer = {.learning_rate = t.rate(0.12), .momentum = 0.9, .weight_decay = 5e-4}};
  }
};

}  // namespace

METHOD(byol)
