// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "ssl/cpu.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/evaluation/features.hpp"
#include "ssl/ssl.hpp"
#include "ssl/training/feature_watch.hpp"
#include "ssl/training/train.hpp"

namespace {

using namespace ssl::training;

struct small_run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 8, .stages = 3}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 64, .output = 32}>;
  using optimizer = ssl::optimizers::adamw;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.h = 28, .w = 28, .c = 1};
  static constexpr int batch = 64;
};

ssl::run_options<small_run> options() {
  ssl::run_options<small_run> o{.objective = {.temperature = 0.2}, .optimizer = {.learning_rate = 0.002}, .seed = 1};
  o.augmentation.get<"normalise">() = {.mean = {0.4f}, .deviation = {0.25f}};
  return o;
}

double accuracy(ssl::frozen_of<small_run>& encoder, ssl::data::procedural_images const& train,
                ssl::data::procedural_images const& test) {
  return ssl::evaluation::knn(encoder, train, test, {.k = 20}).accuracy;
}

/// The smallest training that shows all that a training should do.
TEST_CASE("SimCLR on procedural images: the loss falls, the features spread, and they are worth more than random ones") {
  ssl::data::procedural_images const images({.count = 1280, .seed = 1}), test({.count = 500, .seed = 2});
  ssl::backends::cpu::context one_thread{{.threads = 1}};  // measured on machines that others use too: none waits for another
  ssl::pipeline<small_run> p{one_thread, options()};

  ssl::frozen_of<small_run> encoder(one_thread);
  freeze(p, encoder);
  ssl::evaluation::calibrate(encoder, images);
  double const random = accuracy(encoder, images, test);

  double const first_loss = train(p, images, {.epochs = 1}).final_loss;
  report const r = train(p, images, {.epochs = 8}, feature_watch{p, images, {.every_epochs = 0}});
  freeze(p, encoder);
  double const trained = accuracy(encoder, images, test);

  MESSAGE("loss ", first_loss, " -> ", r.final_loss, ", kNN ", random, " -> ", trained, ", deviation ", r.features->feature_std,
          " of ", r.features->healthy_std, ", effective rank ", r.features->effective_rank, ", ", r.seconds, " s");
  CHECK(r.final_loss < first_loss - 0.5);
  CHECK(trained > random + 0.1);
  CHECK(!r.features->collapsed);
  CHECK(r.features->effective_rank > 5);
}

}  // namespace
