// SPDX-License-Identifier: Apache-2.0
#include "ssl/training/online_evaluation.hpp"

#include <doctest/doctest.h>

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
  ssl::data::procedural_images test{{.count = 9, .height = 8, .width = 8, .seed = 1}};
  ssl::backends::reference::context context;
  ssl::pipeline<tiny_run> p{context, {.optimizer = {.learning_rate = 0.01}}};
};

/// Every accuracy once.
struct keep_accuracies {
  std::vector<accuracy_summary>& all;
  void epoch(progress const& now) { keep(now); }
  void end(progress const& now) { keep(now); }

 private:
  void keep(progress const& now) {
    if (now.accuracy && (all.empty() || all.back().step != now.accuracy->step)) all.push_back(*now.accuracy);
  }
};

std::vector<ssl::index> looks(online_evaluation_options const& options, ssl::index steps) {
  tiny t;
  std::vector<accuracy_summary> seen;
  train(t.p, t.images, {.epochs = 100, .max_steps = steps}, online_evaluation{t.p, t.images, t.test, options},
        keep_accuracies{seen});
  std::vector<ssl::index> at;
  for (accuracy_summary const& a : seen) at.push_back(a.step);
  return at;
}

TEST_CASE("it judges as often as it is asked to, and at the end") {
  online_evaluation_options o{.knn = ssl::evaluation::knn_options{.k = 3}};
  CHECK(looks(o, 12) == std::vector<ssl::index>{5, 10, 12});
  o.every_epochs = 2;
  CHECK(looks(o, 20) == std::vector<ssl::index>{10, 20});
  o.every_epochs = 0;
  CHECK(looks(o, 7) == std::vector<ssl::index>{7});
}

TEST_CASE("it gives what evaluation gives of the trained encoder, and nothing that was not asked for") {
  tiny t;
  std::vector<accuracy_summary> seen;
  ssl::evaluation::knn_options const knn{.k = 5};
  online_evaluation both{t.p, t.images, t.test, {.knn = knn, .linear_probe = ssl::evaluation::linear_probe_options{}}};
  train(t.p, t.images, {.epochs = 1}, both, keep_accuracies{seen});
  ssl::frozen_of<tiny_run, 8> encoder(t.context);
  ssl::freeze(t.p, encoder);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].knn == ssl::evaluation::knn(encoder, t.images, t.test, knn).accuracy);
  CHECK(seen[0].linear_probe == ssl::evaluation::linear_probe(encoder, t.images, t.test).test_accuracy);

  seen.clear();
  online_evaluation neither{t.p, t.images, t.test, {.knn = std::nullopt}};
  train(t.p, t.images, {.epochs = 2}, neither, keep_accuracies{seen});
  REQUIRE(seen.size() == 1);
  CHECK_FALSE((seen[0].knn || seen[0].linear_probe));
}

TEST_CASE("E850: epochs below 0") {
  tiny t;
  CHECK_THROWS_AS((online_evaluation{t.p, t.images, t.test, {.every_epochs = -1}}), ssl::composition_error);
}

}  // namespace
