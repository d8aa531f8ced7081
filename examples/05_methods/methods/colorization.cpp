// SPDX-License-Identifier: Apache-2.0
// judge: itself
#include <ssl/augmentations/colorization.hpp>
#include <ssl/encoders/lightness.hpp>
#include <ssl/evaluation/colorization.hpp>
#include <ssl/objectives/colorization.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "judge_impl.hpp"
#include "pretrain.hpp"

namespace {

struct run : methods::small_run {
  using encoder = ssl::encoders::lightness<methods::small_convnet>;
  using judged_encoder = encoder;
  using augmentation = ssl::augmentations::colorization_small;
  using objective = ssl::objectives::colorization<ssl::objectives::colorization_small>;
  using optimizer = ssl::optimizers::adamw;
  static constexpr bool own_normalisation = true;  ///< none: colours are told from pixels as they are

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.optimizer = {.learning_rate = t.rate(1e-3), .weight_decay = 1e-4}};
  }

  /// colourised.png: test images, and the same with the colours that their lightness suggests.
  static void draw(ssl::pipeline<run>& p, methods::session const& s) {
    ssl::frozen_encoder<objective::painter<encoder>, image, backend, 1> painter(s.threads);
    ssl::freeze_networks(p, painter);
    std::vector<float> logits(static_cast<std::size_t>(painter.width));
    ssl::data::image_grid grid({.enlarge = 3});
    for (ssl::index i = 0; i < std::min<ssl::index>(8, s.seen.test.size()); ++i) {
      ssl::image_view const picture = s.seen.test.image(i);
      painter.features(&picture, 1, logits.data());
      auto const colours = ssl::evaluation::colourised(picture, logits.data(), painter.output);
      grid.new_row();
      grid.add(picture);
      grid.add({colours.data(), picture.height, picture.width, 3});
    }
    s.write_picture("colourised.png", grid);
  }
};

}  // namespace

METHOD(colorization)
