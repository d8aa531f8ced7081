// SPDX-License-Identifier: Apache-2.0
#include <ssl/augmentations/inpainting.hpp>
#include <ssl/evaluation/inpainting.hpp>
#include <ssl/objectives/inpainting.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "pretrain.hpp"

namespace {

using hole = ssl::augmentations::centre_hole<ssl::augmentations::centre_hole_config{.ring = 2}>;

struct run : methods::small_run {
  using augmentation = ssl::augmentations::context_encoder_small<hole>;
  using objective = ssl::objectives::inpainting<ssl::objectives::inpainting_small>;
  using optimizer = ssl::optimizers::adamw;
  static constexpr bool own_normalisation = true;  ///< to [-1, 1], as the decoder's last activation gives

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.optimizer = {.learning_rate = t.rate(1e-3), .beta1 = 0.5, .weight_decay = 1e-4}};
  }

  /// filled.png: what the encoder sees of training images, and the same with what it expects in the hole.
  static void draw(ssl::pipeline<run>& p, methods::session const& s) {
    constexpr ssl::augmentations::crop_box part = hole::predicted(image);
    auto const statistics = augmentation::statistics(p.options().augmentation);
    ssl::frozen_encoder<objective::painter<encoder>, image, backend, 1> painter(s.threads);
    ssl::freeze_networks(p, painter);
    std::vector<float> prediction(static_cast<std::size_t>(painter.width));
    ssl::data::batcher<augmentation, methods::pictures> batches(s.seen.train, image, 8, p.options().augmentation, {.threads = 0});
    auto const& batch = batches.next();
    ssl::data::image_grid grid({.enlarge = 3});
    for (int i = 0; i < 8; ++i) {
      ssl::data::decoded_image const context =
          ssl::data::picture_of_view(batch.views[0] + i * image.elements(), image, statistics);
      ssl::image_view const seen = context;
      painter.features(&seen, 1, prediction.data());
      auto const filled =
          ssl::evaluation::filled(seen, part, batch.masks[0] + i * part.height * part.width, prediction.data(), statistics);
      grid.new_row();
      grid.add(seen);
      grid.add({filled.data(), image.h, image.w, 3});
    }
    s.write_picture("filled.png", grid);
  }
};

}  // namespace

METHOD(inpainting)
