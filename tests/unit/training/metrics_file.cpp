// SPDX-License-Identifier: Apache-2.0
#include "ssl/training/metrics_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

using namespace ssl::training;
using nlohmann::json;

struct temporary_file {
  temporary_file() { std::filesystem::remove(path); }
  ~temporary_file() { std::filesystem::remove(path); }
  std::string const path =
      (std::filesystem::temp_directory_path() / ("pretext_metrics_" + std::to_string(getpid()) + ".jsonl")).string();

  std::vector<json> lines() const {
    std::vector<json> all;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) all.push_back(json::parse(line));
    return all;
  }
};

progress at_step(ssl::index step) {
  progress now{.last_step = 12, .steps_per_epoch = 6, .images_per_step = 4, .views_per_step = 8, .step = step};
  now.learning_rate = 0.1;
  now.loss = 1 / 3.0;
  now.epoch_loss = 0.5;
  now.seconds = static_cast<double>(step) / 10;
  now.images_per_second = 40;
  return now;
}

void train(metrics_file& metrics, ssl::index from, ssl::index to) {
  progress now = at_step(from);
  now.first_step = from;
  metrics.begin(now);
  for (ssl::index step = from + 1; step <= to; ++step) {
    now = at_step(step);
    now.first_step = from;
    metrics.step(now);
    if (now.epoch_is_complete()) metrics.epoch(now);
  }
  metrics.end(now);
}

TEST_CASE("a line for every so many steps, for each epoch, and for the last step") {
  temporary_file file;
  metrics_file metrics(file.path, {.every = 4});
  train(metrics, 0, 7);
  std::vector<json> const lines = file.lines();  // the file is still open: nothing waits in a buffer
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == json{{"kind", "step"},
                         {"step", 4},
                         {"epoch", 1},
                         {"loss", 1 / 3.0},
                         {"learning_rate", 0.1},
                         {"images_per_second", 40},
                         {"seconds", 0.4}});
  CHECK(lines[1] == json{{"kind", "epoch"},
                         {"step", 6},
                         {"epoch", 1},
                         {"loss", 0.5},
                         {"learning_rate", 0.1},
                         {"images_per_second", 40},
                         {"seconds", 0.6}});
  CHECK(lines[2]["kind"] == "step");
  CHECK(lines[2]["step"] == 7);
  CHECK(lines[2]["epoch"] == 2);
}

TEST_CASE("accuracies stand in the first line after they were measured, and what the end measured in a last line") {
  temporary_file file;
  metrics_file metrics(file.path, {.every = 1});
  progress now = at_step(0);
  metrics.begin(now);
  now = at_step(1);
  now.accuracy = accuracy_summary{.step = 1, .knn = 0.75};
  metrics.step(now);
  now.step = 2;
  metrics.step(now);
  metrics.end(now);
  now.accuracy = accuracy_summary{.step = 2, .knn = 0.5, .linear_probe = 0.25};
  metrics.end(now);
  std::vector<json> const lines = file.lines();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["knn"] == 0.75);
  CHECK_FALSE(lines[0].contains("linear_probe"));
  CHECK_FALSE(lines[1].contains("knn"));
  CHECK((lines[2]["step"] == 2 && lines[2]["knn"] == 0.5 && lines[2]["linear_probe"] == 0.25));
}

TEST_CASE("a training that continues adds lines, one from the start begins anew") {
  temporary_file file;
  {
    metrics_file metrics(file.path, {.every = 0});
    train(metrics, 0, 6);
  }
  metrics_file metrics(file.path, {.every = 0});
  train(metrics, 6, 12);
  REQUIRE(file.lines().size() == 2);
  CHECK(file.lines()[1]["step"] == 12);
  train(metrics, 0, 6);
  REQUIRE(file.lines().size() == 1);
  CHECK(file.lines()[0]["step"] == 6);
}

TEST_CASE("a training that goes on from before its last line has no line twice") {
  temporary_file file;
  {
    metrics_file metrics(file.path, {.every = 2});
    train(metrics, 0, 11);
  }
  std::vector<json> const before = file.lines();
  std::ofstream(file.path, std::ios::app) << "{\"kind\":\"step\",\"st";
  metrics_file metrics(file.path, {.every = 2});
  train(metrics, 7, 11);
  CHECK(file.lines() == before);
}

TEST_CASE("numbers that are not finite are null, a missing learning rate is absent") {
  temporary_file file;
  metrics_file metrics(file.path);
  progress now = at_step(10);
  now.loss = std::numeric_limits<double>::infinity();
  now.learning_rate.reset();
  now.images_per_second = std::numeric_limits<double>::quiet_NaN();
  metrics.step(now);
  REQUIRE(file.lines().size() == 1);
  CHECK(file.lines()[0]["loss"].is_null());
  CHECK(file.lines()[0]["images_per_second"].is_null());
  CHECK(!file.lines()[0].contains("learning_rate"));
}

TEST_CASE("features stand in the first line after they were measured") {
  temporary_file file;
  metrics_file metrics(file.path, {.every = 1});
  progress now = at_step(5);
  metrics.step(now);
  now = at_step(6);
  metrics.step(now);
  now.features = {.step = 6, .feature_std = 0.25, .healthy_std = 0.5, .effective_rank = 1.5};
  metrics.epoch(now);
  metrics.step(now);
  std::vector<json> const lines = file.lines();
  REQUIRE(lines.size() == 4);
  CHECK(!lines[1].contains("feature_std"));
  CHECK(lines[2]["feature_std"] == 0.25);
  CHECK(lines[2]["effective_rank"] == 1.5);
  CHECK(!lines[3].contains("feature_std"));
}

TEST_CASE("E707: a file that cannot be written names its path") {
  std::string const path = "/no/such/folder/metrics.jsonl";
  try {
    metrics_file metrics(path);
    FAIL("no exception");
  } catch (ssl::file_error const& e) {
    CHECK(e.code == 707);
    CHECK(e.path == path);
    CHECK(std::string(e.what()).find("No such file or directory") != std::string::npos);
  }
}

TEST_CASE("E707: a full device is noticed at the line that it does not take") {
  if (!std::filesystem::exists("/dev/full")) return;
  metrics_file metrics("/dev/full");
  try {
    metrics.step(at_step(10));
    FAIL("no exception");
  } catch (ssl::file_error const& e) {
    CHECK(e.code == 707);
    CHECK(std::string(e.what()).find("No space left") != std::string::npos);
  }
}

TEST_CASE("E850: a negative interval") {
  try {
    metrics_file metrics("unused", {.every = -1});
    FAIL("no exception");
  } catch (ssl::composition_error const& e) {
    CHECK(e.code == 850);
  }
}

}  // namespace
