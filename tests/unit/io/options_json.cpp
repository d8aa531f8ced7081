// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/options_json.hpp"

#include <doctest/doctest.h>

#include "ssl/augmentations/simclr.hpp"
#include "ssl/backends/reference/reference.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/run.hpp"

namespace {

using nlohmann::json;

struct mixed {
  enum class colour { red, blue };
  int count = 3;
  float share = 0.2f;
  bool on = true;
  colour paint = colour::blue;
  double pair[2] = {1, 0.5};
  ssl::number rate = ssl::linear_ramp{.from = 1, .to = 2, .steps = 10};
  PRETEXT_FIELDS(count, share, on, paint, pair, rate)
};

using simclr_run = ssl::compose<ssl::encoders::mlp<>, ssl::augmentations::simclr_small, ssl::objectives::simclr<>,
                                ssl::optimizers::sgd<>, ssl::backends::reference, ssl::shape{.h = 8, .w = 8, .c = 3}, 4>;

using two_chains = ssl::augmentations::view_groups<
    ssl::augmentations::group<ssl::augmentations::views<1, ssl::augmentations::simclr_chain>,
                              ssl::augmentations::views<1, ssl::augmentations::simclr_small_chain>>>;

}  // namespace

TEST_CASE("options_json: every kind of field") {
  CHECK(
      ssl::io::options_json(mixed{}).dump() ==
      R"({"count":3,"on":true,"paint":1,"pair":[1.0,0.5],"rate":{"linear_ramp":{"from":1.0,"steps":10,"to":2.0}},"share":0.2})");
}

TEST_CASE("options_map: the fields by their names") {
  mixed const options{.count = 5};
  auto const map = ssl::io::options_map(options);
  CHECK(map[BOOST_HANA_STRING("count")].get() == 5);
  CHECK(map[BOOST_HANA_STRING("rate")].get().at(10) == 2);
}

TEST_CASE("options_json: a run's options, stages by name, schedules as values") {
  ssl::run_options<simclr_run> o;
  o.optimizer.learning_rate = ssl::warmup_cosine{.peak = 0.3, .warmup_steps = 2, .steps = 20};
  o.augmentation.get<"jitter">().hue = 0.25f;
  json const j = ssl::io::options_json(o);
  CHECK(j["seed"] == 1);
  CHECK(j["encoder"] == json::object());
  CHECK(j["objective"]["temperature"] == 0.5);
  CHECK(j["augmentation"]["jitter"]["hue"] == 0.25);
  CHECK(j["augmentation"]["normalise"]["mean"][0] == 0.4914);
  CHECK(j["optimizer"]["learning_rate"]["warmup_cosine"]["warmup_steps"] == 2);
  CHECK(j["optimizer"]["clip"]["norm"] == 1.0);
  CHECK(json::parse(j.dump()) == j);

  json const chains = ssl::io::options_json(two_chains::options{});
  CHECK(chains["0"]["blur"]["probability"] == 0.5);
  CHECK(chains["1"]["crop"]["scale_low"] == 0.08);
}

TEST_CASE("json_differences: one line for each value that differs, with its name") {
  ssl::run_options<simclr_run> const before;
  ssl::run_options<simclr_run> now;
  CHECK(ssl::io::json_differences(ssl::io::options_json(before), ssl::io::options_json(now)).empty());
  now.optimizer.momentum = 0.8;
  now.objective.temperature = ssl::step_decay{.initial = 1, .at_steps = {5}};
  auto const lines = ssl::io::json_differences(ssl::io::options_json(before), ssl::io::options_json(now));
  REQUIRE(lines.size() > 2);
  CHECK(lines[0] == "objective.temperature: expected 0.5, found none");
  CHECK(lines[1] == "optimizer.momentum: expected 0.9, found 0.8");
  CHECK(lines[2] == "objective.temperature.step_decay.at_steps.0: expected none, found 5");
}
