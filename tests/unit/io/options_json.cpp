// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/options_json.hpp"

#include <doctest/doctest.h>

#include "ssl/augmentations/block_mask.hpp"
#include "ssl/augmentations/inpainting.hpp"
#include "ssl/augmentations/multi_crop.hpp"
#include "ssl/augmentations/relative_position.hpp"
#include "ssl/augmentations/simclr.hpp"
#include "ssl/augmentations/task_views.hpp"
#include "ssl/augmentations/with_masks.hpp"
#include "ssl/backends/reference/reference.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/optimizers/lamb.hpp"
#include "ssl/optimizers/lars.hpp"
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

template <class Options>
void expect_stored(int numbers) {
  json const j = ssl::io::options_json(Options{});
  CHECK(j.flatten().size() == static_cast<std::size_t>(numbers));
}

TEST_CASE("options of tasks, masks and encoders are whole, and so are the optimizers'") {
  namespace aug = ssl::augmentations;
  using plain = aug::chain<ssl::named<"normalise", aug::normalise>>;
  constexpr int statistics = 32;  // mean and deviation, 16 channels each
  expect_stored<aug::task_views<plain, aug::relative_position<>>::options>(statistics + 2);
  expect_stored<aug::task_views<plain, aug::inpainting<aug::random_region>>::options>(statistics + 4 + 16);
  expect_stored<aug::with_masks<aug::two_views<plain>, aug::masks<2, aug::block_mask<>>>::options>(statistics + 6);
  expect_stored<ssl::encoders::vit<ssl::encoders::vit_config{.drop_path = ssl::layers::drop_path_rates::uniform}>::options>(1);
  expect_stored<ssl::optimizers::adamw::options>(12);
  expect_stored<ssl::optimizers::lamb<>::options>(12);
  expect_stored<ssl::optimizers::lars<>::options>(13);
}

TEST_CASE("options_json: of tasks and masks") {
  using namespace ssl::augmentations;
  json const masked = ssl::io::options_json(dinov2<>::options{});
  CHECK(masked["2"]["crop"]["scale_high"] == 0.32);
  CHECK(masked["mask0"]["probability"] == 0.5);
  CHECK(masked["mask0"]["law"]["least"] == 4);
  json const task = ssl::io::options_json(task_views<simclr_chain, inpainting<random_region>>::options{});
  CHECK(task["chain"]["flip"]["probability"] == 0.5);
  CHECK(task["task"]["mask"]["threshold"] == 0.25);
  CHECK(task["task"]["fill"][0] == 0.0);
  CHECK(ssl::io::options_json(task_views<simclr_chain, inpainting<centre_hole<>>>::options{})["task"]["mask"] == json::object());
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
