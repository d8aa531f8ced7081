// SPDX-License-Identifier: Apache-2.0
// judge: vit
#include <ssl/augmentations/multi_crop.hpp>
#include <ssl/objectives/dino.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "attention.hpp"
#include "pretrain.hpp"

namespace {

constexpr int local_views = 2;  // a quarter of augmentations::dino_small's
using views = ssl::augmentations::dino_views<16, local_views>;

/// Crops of the scales of augmentations::dino_small.
struct crops : views {
  struct options : views::options {
    constexpr options() : views::options({0.5f, 1.0f, 0.1f, 0.5f}) {}
  };
};

struct run : methods::small_run {
  using encoder = methods::small_vit;
  using judged_encoder = encoder;
  using augmentation = crops;
  using objective = ssl::objectives::dino<ssl::objectives::dino_config{
      .projector = ssl::layers::dino_projection({.hidden = 256, .out = 64, .layers = 3}),
      .prototypes = 512,
      .local_views = local_views}>;
  using optimizer = ssl::optimizers::adamw;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.objective = {.teacher_temperature = ssl::linear_ramp{.from = 0.04, .to = 0.07, .steps = t.steps / 3},
                          .momentum = ssl::cosine_ramp(0.99, 1, t.steps),
                          .freeze_steps = t.epoch},
            .optimizer = {.learning_rate = t.rate(1e-3),
                          .weight_decay = ssl::cosine_ramp(0.04, 0.4, t.steps),
                          .decays = ssl::optimizers::decay_scope::weights_and_tokens,
                          .clip = {.norm = 3, .scope = ssl::optimizers::clip_scope::per_tensor}}};
  }

  static void draw(ssl::pipeline<run>& p, methods::session const& s) {
    methods::draw_attention<ssl::frozen_encoder<judged_encoder, image, backend, 1>>(p, s, s.statistics);
  }
};

}  // namespace

METHOD(dino_vit)
