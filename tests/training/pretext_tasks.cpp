// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "ssl/augmentations/pretext_tasks.hpp"
#include "ssl/backends/cpu/cpu.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/objectives/jigsaw.hpp"
#include "ssl/objectives/relative_position.hpp"
#include "ssl/objectives/rotation.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/pipeline/pipeline.hpp"
#include "ssl/training/train.hpp"

namespace {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

template <class Objective, class Augmentation, int Side>
struct tiny_run : run_defaults {
  using encoder = encoders::convnet<encoders::convnet_config{.width = 8, .stages = 3}>;
  using augmentation = Augmentation;
  using objective = Objective;
  using optimizer = optimizers::adamw;
  using backend = backends::cpu;
  static constexpr shape image{.h = Side, .w = Side, .c = 1};
  static constexpr int batch = 32;
};

/// The mean loss of the last epoch.
template <class Objective, class Augmentation, int Side>
double trained(char const* what, index epochs) {
  using run = tiny_run<Objective, Augmentation, Side>;
  data::procedural_images const images({.count = 640, .height = Side, .width = Side, .seed = 1});
  run_options<run> o{.optimizer = {.learning_rate = 0.003}};
  o.augmentation.template get<"normalise">() = {.mean = {0.4f}, .deviation = {0.25f}};
  backends::cpu::context one_thread{{.threads = 1}};
  pipeline<run> p{one_thread, o};
  training::report const r = training::train(p, images, {.epochs = epochs});
  MESSAGE(std::string(what), ": loss ", r.final_loss, " in ", r.seconds, " s");
  return r.final_loss;
}

/// Half of the images are discs, which look alike from all sides.
TEST_CASE("rotation is learned: the loss falls towards half of ln 4") {
  CHECK(trained<objectives::rotation<>, augmentations::rotation_small, 16>("rotation", 20) < 0.75 * std::log(4));
}

TEST_CASE("jigsaw is learned: the loss falls clearly below ln 24") {
  using jigsaw = objectives::jigsaw<objectives::jigsaw_small>;
  CHECK(trained<jigsaw, augmentations::jigsaw_small<>, 32>("jigsaw", 5) < 0.75 * std::log(24));
}

TEST_CASE("relative position is learned: the loss falls clearly below ln 8") {
  using relative_position = objectives::relative_position<objectives::relative_position_small>;
  CHECK(trained<relative_position, augmentations::relative_position_small<>, 32>("relative position", 8) < 0.87 * std::log(8));
}

}  // namespace
