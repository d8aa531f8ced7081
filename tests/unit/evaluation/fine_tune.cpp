// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/fine_tune.hpp"

#include <doctest/doctest.h>

#include "ssl/data/procedural.hpp"
#include "ssl/ssl.hpp"

namespace {

using namespace ssl;

struct plain : augmentations::chain<named<"normalise", augmentations::normalise>> {};
using one_view = augmentations::view_groups<augmentations::group<augmentations::views<1, plain>>>;

struct pretraining : run_defaults {
  using encoder = encoders::convnet<encoders::convnet_config{.width = 8, .stages = 2}>;
  using augmentation = augmentations::simclr_small;
  using objective = objectives::simclr<objectives::simclr_config{.hidden = 4, .output = 4}>;
  using optimizer = optimizers::sgd<>;
  using backend = backends::reference;
  static constexpr shape image{.h = 8, .w = 8, .c = 1};
  static constexpr int batch = 8;
};
using tuned = evaluation::fine_tuning<pretraining, objectives::supervised_config{.classes = 10}, one_view, optimizers::adamw, 16>;

struct run : run_defaults {
  using encoder = encoders::mlp<encoders::mlp_config{.hidden = 6, .out = 5, .norm = encoders::mlp_norm::none}>;
  using augmentation = augmentations::with_classes<one_view>;
  using objective = objectives::supervised<objectives::supervised_config{.classes = 10}>;
  using optimizer = optimizers::sgd<>;
  using backend = backends::reference;
  static constexpr shape image{.h = 8, .w = 8, .c = 1};
  static constexpr int batch = 10;
};

std::vector<float> encoder_of(pipeline<tuned>& p) { return p.exported().parameters; }

TEST_CASE("fine-tuning begins with the trained encoder and learns the classes") {
  data::procedural_images const train({.count = 160, .height = 8, .width = 8}),
      test({.count = 50, .height = 8, .width = 8, .seed = 1});
  backends::reference::context c;
  frozen_of<pretraining, 4> const trained(c, 77);
  pipeline<tuned> p(c, {.optimizer = {.learning_rate = 0.01, .layers = {.decay = 0.5}}});
  CHECK(encoder_of(p) != trained.weights().parameters);
  evaluation::start_from(p, trained);
  CHECK(encoder_of(p) == trained.weights().parameters);
  CHECK(p.exported().buffers == trained.weights().buffers);

  auto const before = evaluation::top_k_accuracy(evaluation::classify(p, test), evaluation::labels_of(test), 1);
  auto const result = evaluation::fine_tune(p, train, test, {.epochs = 12});
  CHECK(result.training.steps == 120);
  CHECK(result.training.final_loss < 1.9);  // log 10 is 2.3
  CHECK(result.test_accuracy > before + 0.15);
  CHECK(result.test_top5 >= result.test_accuracy);
  CHECK(result.predicted.size() == 50);
  CHECK(encoder_of(p) != trained.weights().parameters);
}

TEST_CASE("with a layer decay of 0, or a rate of 0 for the encoder, only the classifier learns") {
  data::procedural_images const train({.count = 32, .height = 8, .width = 8});
  backends::reference::context c;
  optimizers::layer_rates layers;
  SUBCASE("decay") { layers.decay = 0; }
  SUBCASE("encoder") { layers.encoder = 0; }
  pipeline<tuned> p(c, {.optimizer = {.learning_rate = 0.01, .weight_decay = 0.1, .layers = layers}});
  std::vector<float> const before = encoder_of(p);
  auto const head = evaluation::detail::classifier_of(p).weights;
  evaluation::fine_tune(p, train, train, {.epochs = 1});
  CHECK(encoder_of(p) == before);
  CHECK_FALSE(evaluation::detail::classifier_of(p).weights == head);
}

TEST_CASE("logits are those that the training step sees, and images meet their own classes") {
  data::procedural_images const images({.count = 10, .height = 8, .width = 8});
  backends::reference::context c;
  pipeline<run> p(c, {.optimizer = {.learning_rate = 0.1}});
  training::train(p, images, {.epochs = 3});
  auto const scores = evaluation::classify(p, images);
  double expected = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < 10; ++k) sum += std::exp(scores(i, k));
    expected += (std::log(sum) - scores(i, static_cast<std::size_t>(images.label(static_cast<ssl::index>(i))))) / 10;
  }
  data::batcher<run::augmentation, data::procedural_images> batches(images, run::image, run::batch, {}, {.threads = 0});
  CHECK(p.forward_backward(training::detail::input_of(batches.next())) == doctest::Approx(expected).epsilon(1e-5));
}

}  // namespace
