// SPDX-License-Identifier: Apache-2.0
// Small trainings of the methods that predict pixels, judged by their pictures.
#include <doctest/doctest.h>

#include "ssl/cpu.hpp"
#include "ssl/data/in_memory.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/evaluation/colorization.hpp"
#include "ssl/evaluation/features.hpp"
#include "ssl/evaluation/inpainting.hpp"
#include "ssl/ssl.hpp"
#include "ssl/training/train.hpp"

namespace {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

struct small_run : run_defaults {
  using optimizer = optimizers::adamw;
  using backend = backends::cpu;
  static constexpr shape image{.h = 16, .w = 16, .c = 3};
  static constexpr int batch = 32;
};

/// 256 bright shapes, each of a colour that goes with its class.
data::procedural_images const& pictures() {
  static data::procedural_images const all({.count = 256, .height = 16, .width = 16, .channels = 3, .seed = 1});
  return all;
}

/// Mean square difference of two pictures, in levels of 255.
double difference(image_view a, std::vector<std::uint8_t> const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < b.size(); ++i) sum += (a.data[i] - b[i]) * (a.data[i] - b[i]);
  return sum / static_cast<double>(b.size());
}

/// What encoder and decoder make of pictures: calls use(picture number, prediction).
template <class Painter, class Run, class Pictures, class Use>
void predictions(pipeline<Run>& p, Pictures const& seen, Use use) {
  Painter painter(p.context());
  freeze_networks(p, painter);
  std::vector<float> prediction(static_cast<std::size_t>(painter.width));
  for (index i = 0; i < 32; ++i) {
    image_view const view = seen.image(i);
    painter.features(&view, 1, prediction.data());
    use(i, prediction.data());
  }
}

struct colour_run : small_run {
  using encoder = encoders::lightness<encoders::convnet<encoders::convnet_config{.width = 8, .stages = 3}>>;
  using augmentation = augmentations::colorization_small;
  using objective = objectives::colorization<objectives::colorization_config{.width = 16, .convs = 0}>;
};

TEST_CASE("colorization: the loss falls, pictures come nearer to their colours, and the encoder can be judged") {
  backends::cpu::context one_thread{{.threads = 1}};
  run_options<colour_run> o{.optimizer = {.learning_rate = 0.003}, .seed = 1};
  o.objective.prior = evaluation::ab_prior(pictures(), 32);
  pipeline<colour_run> p{one_thread, o};
  auto const error = [&] {
    double sum = 0;
    using painter = frozen_encoder<colour_run::objective::painter<colour_run::encoder>, colour_run::image, backends::cpu, 1>;
    constexpr shape map = painter::output;
    predictions<painter>(p, pictures(), [&](index i, float const* logits) {
      sum += difference(pictures().image(i), evaluation::colourised(pictures().image(i), logits, map)) / 32;
    });
    return sum;
  };
  double const untrained = error();
  double const first = training::train(p, pictures(), {.epochs = 1}).final_loss;
  double const last = training::train(p, pictures(), {.epochs = 12}).final_loss;
  double const trained = error();
  frozen_of<colour_run, 32> encoder(one_thread);
  freeze(p, encoder);
  data::procedural_images const others({.count = 128, .height = 16, .width = 16, .channels = 3, .seed = 2});
  double const accuracy = evaluation::knn(encoder, pictures(), others, {.k = 5}).accuracy;
  MESSAGE("loss ", first, " -> ", last, ", colours ", untrained, " -> ", trained, ", kNN ", accuracy);
  CHECK(first < std::log(313) + 0.3);
  CHECK(last < first - 1);
  CHECK(trained < 0.8 * untrained);
  CHECK(accuracy > 0.2);
}

struct holed_run : small_run {
  using encoder = encoders::convnet<encoders::convnet_config{.width = 8, .stages = 3}>;
  using augmentation =
      augmentations::context_encoder_small<augmentations::centre_hole<augmentations::centre_hole_config{.ring = 1}>>;
  using objective = objectives::inpainting<objectives::inpainting_config{.bottleneck = 32, .doublings = 1, .width = 16}>;
};

TEST_CASE("inpainting: the loss falls, and predictions fill holes better than the mean colour") {
  using hole = augmentations::centre_hole<augmentations::centre_hole_config{.ring = 1}>;
  backends::cpu::context one_thread{{.threads = 1}};
  pipeline<holed_run> p{one_thread, {.optimizer = {.learning_rate = 0.002, .beta1 = 0.5}, .seed = 1}};

  // pictures with their holes, filled as training fills them
  constexpr shape image = holed_run::image;
  constexpr augmentations::crop_box part = hole::predicted(image);
  std::vector<std::int32_t> mask(static_cast<std::size_t>(image.tokens())),
      hidden(static_cast<std::size_t>(part.height * part.width));
  std::vector<std::uint8_t> bytes;
  draws none({});
  augmentations::scratch memory;
  hole::draw({}, none, image, mask.data(), memory);
  augmentations::cut_piece(mask.data(), image.with_channels(1), part, hidden.data());
  int const fill[] = {117, 104, 123};
  for (index i = 0; i < 32; ++i) {
    image_view const picture = pictures().image(i);
    bytes.insert(bytes.end(), picture.data, picture.data + image.elements());
    augmentations::fill_hidden(mask.data(), fill, image, bytes.data() + i * image.elements());
  }
  data::in_memory_images const holed(image.with_batch(32), bytes);

  auto const pixel_loss = [&] { return p.terms().back().value; };
  training::train(p, pictures(), {.epochs = 1});
  double const first = pixel_loss();
  training::train(p, pictures(), {.epochs = 20});
  double const last = pixel_loss();
  double by_mean = 0, by_prediction = 0;
  auto const statistics = holed_run::augmentation::statistics(p.options().augmentation);
  using painter = frozen_encoder<holed_run::objective::painter<holed_run::encoder>, holed_run::image, backends::cpu, 1>;
  predictions<painter>(p, holed, [&](index i, float const* prediction) {
    image_view const whole = pictures().image(i), context = holed.image(i);
    by_mean += difference(whole, {context.data, context.data + image.elements()}) / 32;
    by_prediction += difference(whole, evaluation::filled(context, part, hidden.data(), prediction, statistics)) / 32;
  });
  MESSAGE("pixel loss ", first, " -> ", last, ", holes ", by_mean, " -> ", by_prediction);
  CHECK(last < 0.7 * first);
  CHECK(by_prediction < 0.5 * by_mean);
}

}  // namespace
