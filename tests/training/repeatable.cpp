// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "ssl/data/procedural.hpp"
#include "ssl/ssl.hpp"
#include "ssl/training/train.hpp"

namespace {

using namespace ssl::training;

struct tiny_run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 4, .stages = 2}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 8, .output = 8}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::reference;
  static constexpr ssl::shape image{.h = 12, .w = 12, .c = 1};
  static constexpr int batch = 8;
};

ssl::data::procedural_images const& images() {
  static ssl::data::procedural_images const made({.count = 52, .height = 12, .width = 12});
  return made;
}

template <class Run>
std::vector<float> read(ssl::pipeline<Run>& p, ssl::array which) {
  std::vector<float> values(static_cast<std::size_t>(p.elements(which)));
  p.read(which, values.data());
  return values;
}

struct keep_losses {
  std::vector<double>& all;
  void step(progress const& now) { all.push_back(now.loss); }
};

/// What a training leaves behind, and the losses on the way.
struct trace {
  std::vector<double> losses;
  std::vector<float> parameters, slots, buffers;
  friend bool operator==(trace const&, trace const&) = default;
};

trace train_with(std::uint64_t seed, train_options const& options) {
  ssl::backends::reference::context context;
  ssl::pipeline<tiny_run> p{context, {.optimizer = {.learning_rate = 0.05}, .seed = seed}};
  trace t;
  train(p, images(), options, keep_losses{t.losses});
  t.parameters = read(p, ssl::array::parameters);
  t.slots = read(p, ssl::array::slots);
  t.buffers = read(p, ssl::array::buffers);
  return t;
}

TEST_CASE("equal seeds give equal bits, run to run and with any number of loader threads; other seeds give others") {
  trace const once = train_with(3, {.epochs = 2, .loader_threads = 0});
  REQUIRE(once.losses.size() == 12);
  CHECK(train_with(3, {.epochs = 2, .loader_threads = 0}) == once);
  for (int const threads : {1, 2, 3}) {
    for (int const prefetch : {1, 4}) {
      CAPTURE(threads);
      CAPTURE(prefetch);
      CHECK(train_with(3, {.epochs = 2, .loader_threads = threads, .prefetch = prefetch}) == once);
    }
  }
  trace const other = train_with(4, {.epochs = 2});
  CHECK(other.losses.front() != once.losses.front());
  CHECK(other.parameters != once.parameters);
}

struct keep_result {
  outcome& result;
  ssl::index& step;
  void end(progress const& now) { result = now.result, step = now.step; }
};

TEST_CASE("E901: a loss that is not finite names step and layer, and moves no weight") {
  ssl::backends::reference::context context;
  ssl::pipeline<tiny_run> p{context, {.optimizer = {.learning_rate = 0.05}, .seed = 3}};
  train(p, images(), {.max_steps = 4});
  p.options().optimizer.learning_rate = 1e30;
  train(p, images(), {.max_steps = 5});  // the weights are huge from here on
  std::vector<float> const parameters = read(p, ssl::array::parameters), slots = read(p, ssl::array::slots);

  outcome result = outcome::running;
  ssl::index seen = -1;
  try {
    train(p, images(), {.epochs = 10}, keep_result{result, seen});
    FAIL("no exception");
  } catch (ssl::non_finite_error const& e) {
    CHECK(e.code == 901);
    CHECK(e.step == 5);
    CHECK(e.layer.find("encoder") == 0);
    CHECK(std::string(e.what()).find("at step 5") != std::string::npos);
    CHECK(std::string(e.what()).find(e.layer) != std::string::npos);
  }
  CHECK(result == outcome::failed);
  CHECK(seen == 5);
  CHECK(p.steps() == 5);
  CHECK(read(p, ssl::array::parameters) == parameters);
  CHECK(read(p, ssl::array::slots) == slots);
}

}  // namespace
