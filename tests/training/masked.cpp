// SPDX-License-Identifier: Apache-2.0
// Masked autoencoders: resuming, a small training, and what is done with the encoder afterwards.
#include <doctest/doctest.h>

#include "objectives/masked.hpp"
#include "ssl/cpu.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/evaluation/fine_tune.hpp"
#include "ssl/evaluation/sgd_probe.hpp"
#include "ssl/ssl.hpp"
#include "training/resume.hpp"

namespace {

TEST_CASE("resuming equals continuing: MAE") {
  resume::expect_equal_bits<tiny::run<tiny::mae<>, tiny::vit, tiny::ordered_view>>("mae");
}

constexpr ssl::encoders::vit_config small{
    .image_h = 16, .image_w = 16, .patch = 4, .width = 32, .depth = 2, .heads = 2, .pool = ssl::encoders::vit_pool::average};
constexpr ssl::encoders::vit_config class_token = [] {
  ssl::encoders::vit_config c = small;
  c.pool = ssl::encoders::vit_pool::class_token;
  return c;
}();

struct pretraining : ssl::run_defaults {
  using encoder = ssl::encoders::vit<class_token>;
  using augmentation = ssl::augmentations::mae_small;
  using objective = ssl::objectives::mae<ssl::objectives::mae_config{
      .image_h = 16, .image_w = 16, .channels = 1, .patch = 4, .decoder_width = 16, .decoder_depth = 1, .decoder_heads = 2}>;
  using optimizer = ssl::optimizers::adamw;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.h = 16, .w = 16, .c = 1};
  static constexpr int batch = 32;
};

struct plain : ssl::augmentations::chain<ssl::named<"normalise", ssl::augmentations::normalise>> {};
struct one_view : ssl::augmentations::view_groups<ssl::augmentations::group<ssl::augmentations::views<1, plain>>> {};
/// From the class token, which the probe of the paper takes, to the mean of the patches.
using tuned = ssl::evaluation::fine_tuning<pretraining, ssl::objectives::supervised_config{.classes = 10}, one_view,
                                           ssl::optimizers::adamw, 32, ssl::encoders::vit<small>>;

TEST_CASE(
    "MAE on procedural images: the loss falls, and the encoder goes on to a probe and to fine-tuning on the mean of patches") {
  ssl::data::procedural_images const images({.count = 640, .height = 16, .width = 16, .seed = 1});
  ssl::backends::cpu::context one_thread{{.threads = 1}};
  ssl::run_options<pretraining> options{.optimizer = {.learning_rate = 0.003, .beta2 = 0.95}};
  options.augmentation.get<"normalise">() = {.mean = {0.4f}, .deviation = {0.25f}};
  ssl::pipeline<pretraining> p{one_thread, options};
  double const first = ssl::training::train(p, images, {.epochs = 1}).final_loss;
  double const last = ssl::training::train(p, images, {.epochs = 24}).final_loss;
  MESSAGE("loss ", first, " -> ", last);
  CHECK(last < first - 0.02);  // a prediction of 0 has 15 / 16
  CHECK(last < 0.9);

  ssl::frozen_of<pretraining, 32> encoder(one_thread);
  freeze(p, encoder);
  auto const features = ssl::evaluation::features(encoder, images);
  auto const classes = ssl::evaluation::labels_of(images);
  ssl::evaluation::sgd_probe_options<> const of_probe{
      .epochs = 40, .batch = 64, .input = ssl::evaluation::probe_input::batch_norm};
  double const probe = ssl::evaluation::sgd_probe(features, classes, features, classes, of_probe).train_accuracy;
  MESSAGE("probe ", probe);
  CHECK(probe > 0.15);

  ssl::pipeline<tuned> q{one_thread, {.optimizer = {.learning_rate = 1e-3, .layers = {.decay = 0.75}}}};
  ssl::evaluation::start_from(q, encoder);
  CHECK(q.exported().parameters == encoder.weights().parameters);
  CHECK(ssl::evaluation::fine_tune(q, images, images, {.epochs = 10}).training.final_loss < 2.2);  // log 10 is 2.3
}

}  // namespace
