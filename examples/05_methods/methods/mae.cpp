// SPDX-License-Identifier: Apache-2.0
// judge: itself
#include <ssl/augmentations/mae.hpp>
#include <ssl/evaluation/reconstructions.hpp>
#include <ssl/objectives/mae.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "judge_impl.hpp"
#include "pretrain.hpp"

namespace {

constexpr ssl::encoders::vit_config mean_of_patches = [] {
  ssl::encoders::vit_config c = methods::small_vit_config;
  c.pool = ssl::encoders::vit_pool::average;
  c.position_table = ssl::layers::position_table::sine_cosine;
  return c;
}();

struct run : methods::small_run {
  using encoder = ssl::encoders::vit<mean_of_patches>;
  using judged_encoder = encoder;
  using augmentation = ssl::augmentations::mae_small;
  using objective = ssl::objectives::mae<ssl::objectives::mae_small>;
  using optimizer = ssl::optimizers::adamw;
  static constexpr int batch = 32;  // a step is cheap: four of them are worth more than one of 128 images

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {
        .optimizer = {
            .learning_rate = t.rate(1e-3), .beta2 = 0.95, .weight_decay = 0.05, .decays = ssl::optimizers::decay_scope::weights}};
  }

  /// reconstructions.png: views, what the encoder sees of them, and what is predicted of the rest.
  static void draw(ssl::pipeline<run>& p, methods::session const& s) {
    ssl::data::batcher<augmentation, methods::pictures> batches(s.seen.train, image, batch, p.options().augmentation,
                                                                {.threads = 0});
    auto const made = ssl::evaluation::reconstructions(p, ssl::training::detail::input_of(batches.next()));
    ssl::data::image_grid grid({.enlarge = 3});
    for (ssl::index i = 0; i < 8; ++i) {
      grid.new_row();
      for (auto const* set : {&made.original, &made.masked, &made.filled}) grid.add(set->image(i));
    }
    s.write_picture("reconstructions.png", grid);
  }
};

}  // namespace

METHOD(mae)
