// SPDX-License-Identifier: Apache-2.0
// judge: itself
#include <ssl/augmentations/multi_crop.hpp>
#include <ssl/objectives/dinov2.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "attention.hpp"
#include "judge_impl.hpp"
#include "pretrain.hpp"

namespace {

constexpr ssl::encoders::vit_config with_mask_token(ssl::encoders::vit_pool pool) {
  ssl::encoders::vit_config c = methods::small_vit_config;
  c.mask_token = ssl::encoders::vit_mask_token::learned;
  c.pool = pool;
  return c;
}

constexpr int local_views = 1;  // fewer than augmentations::dinov2_small's

struct crops : ssl::augmentations::dinov2_views<4, 16, local_views> {
  using parts = ssl::augmentations::dino_views<16, local_views>::parts;  ///< the chains that normalise
};

struct run : methods::small_run {
  using encoder = ssl::encoders::vit<with_mask_token(ssl::encoders::vit_pool::none)>;
  using judged_encoder = ssl::encoders::vit<with_mask_token(ssl::encoders::vit_pool::class_token)>;
  using augmentation = crops;
  using objective = ssl::objectives::dinov2<ssl::objectives::dinov2_config{
      .projector = ssl::layers::dino_projection({.hidden = 256, .out = 64, .layers = 3}),
      .prototypes = 512,
      .local_views = local_views}>;
  using optimizer = ssl::optimizers::adamw;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.objective = {.momentum = ssl::cosine_ramp(0.99, 1, t.steps), .freeze_steps = t.epoch},
            .optimizer = {.learning_rate = t.rate(1e-3),
                          .weight_decay = ssl::cosine_ramp(0.04, 0.4, t.steps),
                          .decays = ssl::optimizers::decay_scope::weights_and_tokens,
                          .clip = {.norm = 3, .scope = ssl::optimizers::clip_scope::global}}};
  }

  static void draw(ssl::pipeline<run>& p, methods::session const& s) {
    methods::draw_attention<ssl::frozen_encoder<judged_encoder, image, backend, 1>>(p, s, s.statistics);
  }
};

}  // namespace

METHOD(dinov2)
