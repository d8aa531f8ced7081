// SPDX-License-Identifier: Apache-2.0
// judge: vit
#include <ssl/augmentations/simclr.hpp>
#include <ssl/objectives/moco_v3.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "pretrain.hpp"

namespace {

constexpr ssl::encoders::vit_config frozen_patches = [] {
  ssl::encoders::vit_config c = methods::small_vit_config;
  c.patch_projection = ssl::encoders::vit_patch_projection::frozen;
  return c;
}();

struct run : methods::small_run {
  using encoder = ssl::encoders::vit<frozen_patches>;
  using judged_encoder = methods::small_vit;
  using augmentation = ssl::augmentations::simclr_small_fixed_order;
  using objective = ssl::objectives::moco_v3<ssl::objectives::moco_v3_config{
      .projector = ssl::layers::moco_v3_projection({.hidden = 512, .out = 128, .layers = 3}),
      .predictor = ssl::layers::moco_v3_prediction({.hidden = 512, .out = 128}, ssl::layers::head_norm::plain)}>;
  using optimizer = ssl::optimizers::adamw;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.objective = {.temperature = 0.2, .momentum = ssl::cosine_ramp(0.98, 1, t.steps)},
            .optimizer = {.learning_rate = t.rate(1e-3), .weight_decay = 0.1, .decays = ssl::optimizers::decay_scope::weights}};
  }
};

}  // namespace

METHOD(moco_v3)
