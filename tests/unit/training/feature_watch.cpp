// SPDX-License-Identifier: Apache-2.0
#include "ssl/training/feature_watch.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "ssl/data/procedural.hpp"
#include "ssl/ssl.hpp"
#include "ssl/training/train.hpp"
#include "unit/training/tiny_run.hpp"

namespace {

using namespace ssl::training;

using tiny_run = tiny_run_with<ssl::encoders::mlp_norm::none>;

struct tiny {
  ssl::data::procedural_images images{{.count = 20, .height = 8, .width = 8}};  // five steps an epoch
  ssl::backends::reference::context context;
  ssl::pipeline<tiny_run> p{context, {.optimizer = {.learning_rate = 0.01}}};

  void set_all_parameters(float value) {
    std::vector<float> const all(static_cast<std::size_t>(p.elements(ssl::array::parameters)), value);
    p.write(ssl::array::parameters, all.data());
  }
};

/// The steps at which there were new features.
struct keep_looks {
  std::vector<ssl::index>& at;
  void step(progress const& now) { keep(now); }
  void epoch(progress const& now) { keep(now); }
  void end(progress const& now) { keep(now); }

 private:
  void keep(progress const& now) {
    if (now.features && (at.empty() || at.back() != now.features->step)) at.push_back(now.features->step);
  }
};

std::vector<ssl::index> looks(feature_watch_options const& options, ssl::index steps) {
  tiny t;
  std::vector<ssl::index> at;
  train(t.p, t.images, {.epochs = 100, .max_steps = steps}, feature_watch{t.p, t.images, options}, keep_looks{at});
  return at;
}

TEST_CASE("it looks as often as it is asked to, and at the end") {
  CHECK(looks({}, 12) == std::vector<ssl::index>{5, 10, 12});
  CHECK(looks({.every_epochs = 2}, 20) == std::vector<ssl::index>{10, 20});
  CHECK(looks({.every_epochs = 0}, 12) == std::vector<ssl::index>{12});
  CHECK(looks({.every_epochs = 0, .every_steps = 4}, 9) == std::vector<ssl::index>{4, 8, 9});
  CHECK(looks({.every_epochs = 1, .every_steps = 3}, 6) == std::vector<ssl::index>{3, 5, 6});
}

TEST_CASE("what it sees is what evaluation sees in the frozen encoder") {
  tiny t;
  report const r = train(t.p, t.images, {}, feature_watch{t.p, t.images, {.images = 10}});
  ssl::frozen_of<tiny_run, 4> encoder(t.context);
  freeze(t.p, encoder);
  ssl::data::selection const sample(t.images, {0, 2, 4, 6, 8, 10, 12, 14, 16, 18});
  auto const expected = ssl::evaluation::check_collapse(ssl::evaluation::features(encoder, sample));
  CHECK(r.features->feature_std == expected.feature_std);
  CHECK(r.features->effective_rank == expected.rank);
  CHECK(r.features->healthy_std == 0.5);
  CHECK(!r.features->collapsed);
}

TEST_CASE("features that are all alike, or not finite, have collapsed") {
  tiny t;
  feature_watch watch{t.p, t.images};
  progress now;
  t.set_all_parameters(0);
  watch.end(now);
  CHECK(now.features->collapsed);
  CHECK(now.features->feature_std == 0);

  now = {};
  t.set_all_parameters(std::numeric_limits<float>::quiet_NaN());
  watch.end(now);
  CHECK(now.features->collapsed);
  CHECK(now.features->feature_std != now.features->feature_std);

  now = {};
  now.result = outcome::failed;
  watch.end(now);
  CHECK(!now.features);
}

TEST_CASE("features that lie close together from the start have not collapsed; those that fell together have") {
  auto const rows = [](float spread) {  // about (1, 1, 1), in three directions
    ssl::evaluation::embeddings e({12, 3}, 1.0f);
    for (std::size_t i = 0; i < 12; ++i) e(i, i % 3) += (i % 2 ? spread : -spread);
    return e;
  };
  double best = 0;
  CHECK(!detail::summarise(rows(0.05f), 0, best).collapsed);
  CHECK(!detail::summarise(rows(0.03f), 1, best).collapsed);
  CHECK(detail::summarise(rows(0.02f), 2, best).collapsed);
  CHECK(!detail::summarise(rows(0.9f), 3, best).collapsed);
  CHECK(detail::summarise(rows(0.05f), 4, best).collapsed);
}

TEST_CASE("the start counts among what was seen") {
  tiny t;
  feature_watch watch{t.p, t.images};
  progress now;
  watch.begin(now);
  std::vector<float> parameters(static_cast<std::size_t>(t.p.elements(ssl::array::parameters)));
  t.p.read(ssl::array::parameters, parameters.data());
  for (ssl::block_info const& b : ssl::frozen_of<tiny_run>::blocks(ssl::block_set::parameters))  // the encoder comes first
    if (b.name == "fc1.weight")
      for (ssl::index i = 0; i < b.elements; ++i) parameters[static_cast<std::size_t>(b.offset + i)] *= 0.01f;
  t.p.write(ssl::array::parameters, parameters.data());
  watch.end(now);
  CHECK(now.features->effective_rank > 1.5);
  CHECK(now.features->collapsed);
}

TEST_CASE("E850: options outside their ranges") {
  tiny t;
  for (feature_watch_options const& options : {feature_watch_options{.images = 1}, feature_watch_options{.every_epochs = -1},
                                               feature_watch_options{.every_steps = -1}}) {
    try {
      feature_watch watch(t.p, t.images, options);
      FAIL("no exception");
    } catch (ssl::composition_error const& e) {
      CHECK(e.code == 850);
    }
  }
}

}  // namespace
