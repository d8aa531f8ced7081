// SPDX-License-Identifier: Apache-2.0
#include "ssl/training/checkpoints.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "ssl/data/procedural.hpp"
#include "ssl/ssl.hpp"
#include "ssl/training/train.hpp"
#include "unit/data/temporary_folder.hpp"
#include "unit/full_device.hpp"
#include "unit/training/tiny_run.hpp"

namespace {

using namespace ssl::training;
using strings = std::vector<std::string>;

using tiny_run = tiny_run_with<>;

/// Five steps an epoch.
ssl::data::procedural_images const& images() {
  static ssl::data::procedural_images const made({.count = 22, .height = 8, .width = 8});
  return made;
}

/// A pipeline and the checkpoints of its training, whose messages can be read.
struct trainee {
  char* text = nullptr;
  std::size_t length = 0;
  std::FILE* file = open_memstream(&text, &length);
  ssl::backends::reference::context context;
  ssl::pipeline<tiny_run> p{context, {.optimizer = {.learning_rate = 0.05}}};
  checkpoints<tiny_run> saves;

  explicit trainee(std::string const& folder, checkpoint_options options = {}) : saves(p, folder, with(options, file)) {}
  ~trainee() {
    std::fclose(file);
    std::free(text);
  }
  static checkpoint_options with(checkpoint_options options, std::FILE* messages) {
    options.messages = messages;
    return options;
  }
  std::string messages() {
    std::fflush(file);
    return {text, length};
  }
  template <class... Observers>
  void train(train_options const& options, Observers&&... observers) {
    ssl::training::train(p, images(), options, observers...);
  }
  std::vector<float> weights() {
    std::vector<float> values(static_cast<std::size_t>(p.elements(ssl::array::parameters)));
    p.read(ssl::array::parameters, values.data());
    return values;
  }
};

strings names_in(std::string const& folder) {
  strings names;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}
std::string named(int step) { return detail::checkpoint_name(step); }

template <class F>
struct at_steps {
  F f;
  void step(progress& now) const { f(now); }
};
template <class F>
at_steps(F) -> at_steps<F>;

template <class F>
int code_of(F f, std::string* what = nullptr) {
  try {
    f();
    return 0;
  } catch (ssl::error const& e) {
    if (what != nullptr) *what = e.what();
    return e.code;
  }
}
bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

TEST_CASE("checkpoints are written when due and at the end, and the newest stay") {
  temporary_folder const folder;
  trainee epochs(folder / "a/b", {.every_epochs = 1, .keep = 2});
  epochs.train({.epochs = 3}, epochs.saves);
  CHECK(names_in(folder / "a/b") == strings{named(10), named(15)});

  trainee steps(folder / "steps", {.every_epochs = 0, .every_steps = 4, .keep = 9});
  steps.train({.epochs = 2, .max_steps = 9}, steps.saves);
  CHECK(names_in(folder / "steps") == strings{named(4), named(8), named(9)});
  trainee minutes(folder / "minutes", {.every_epochs = 0, .every_minutes = 1e-9, .keep = 9});
  minutes.train({.max_steps = 3}, minutes.saves);
  CHECK(names_in(folder / "minutes") == strings{named(1), named(2), named(3)});

  trainee stopped(folder / "stopped");
  stopped.train({.epochs = 3}, at_steps{[](progress& now) { now.stop = now.step == 7; }}, stopped.saves);
  CHECK(names_in(folder / "stopped") == strings{named(5), named(7)});
  CHECK(stopped.messages() == "");
}

TEST_CASE("a training that was stopped goes on to the same bits; nothing to go on from is the beginning") {
  temporary_folder const folder;
  trainee whole(folder / "whole");
  CHECK(whole.saves.resume().path == "");
  whole.train({.epochs = 3}, whole.saves);

  trainee first(folder / "a");
  first.train({.epochs = 3, .max_steps = 7}, first.saves);
  trainee second(folder / "a");
  CHECK(second.saves.resume().step == 7);
  CHECK(second.p.steps() == 7);
  std::string newest;
  second.train({.epochs = 3}, second.saves, at_steps{[&](progress const& now) { newest = now.checkpoint; }});
  CHECK(second.weights() == whole.weights());
  CHECK(newest == folder / "a/" + named(10));
  CHECK(has(second.messages(), "Going on after step 7 from " + (folder / "a/" + named(7))));
}

TEST_CASE("a damaged newest checkpoint falls back to the one before, with a message; E719 where none is whole") {
  temporary_folder const folder;
  trainee first(folder / "a");
  first.train({.epochs = 3}, first.saves);
  auto const damage = [&](int step) {
    auto bytes = read_bytes(folder / "a/" + named(step));
    bytes.resize(bytes.size() / 2);
    write_bytes(folder / "a/" + named(step), bytes);
  };
  damage(15);
  trainee second(folder / "a");
  CHECK(second.saves.resume().step == 10);
  CHECK(has(second.messages(), named(15)));
  CHECK(has(second.messages(), "is left out"));
  second.train({.epochs = 3}, second.saves);
  CHECK(second.weights() == first.weights());
  CHECK(names_in(folder / "a") == strings{named(10), named(15), named(15) + ".damaged"});

  damage(10), damage(15);
  trainee third(folder / "a");
  std::string what;
  CHECK(code_of([&] { third.saves.resume(); }, &what) == 719);
  CHECK(has(what, named(10)));
  CHECK(has(what, named(15)));
}

TEST_CASE("E718: a training does not begin where a later one has been; E802: nor with other images; E850: options") {
  temporary_folder const folder;
  trainee first(folder / "a");
  first.train({.epochs = 2}, first.saves);
  trainee second(folder / "a");
  CHECK(code_of([&] { second.train({.epochs = 2}, second.saves); }) == 718);

  trainee third(folder / "a");
  third.saves.resume();
  ssl::data::procedural_images const more({.count = 23, .height = 8, .width = 8});
  std::string what;
  CHECK(code_of([&] { ssl::training::train(third.p, more, {.epochs = 3}, third.saves); }, &what) == 802);
  CHECK(has(what, "images: expected 23, found 22"));
  CHECK(code_of([&] { third.train({.epochs = 3, .accumulate = 2}, third.saves); }, &what) == 802);
  CHECK(has(what, "images_per_step: expected 8, found 4"));
  CHECK(code_of([&] { checkpoints<tiny_run>(third.p, folder / "b", {.keep = 0}); }) == 850);
}

TEST_CASE("E707: a folder that cannot be made or written is an error before the first step") {
  temporary_folder const folder;
  write_bytes(folder / "file", {1});
  trainee t(folder / "file/checkpoints");
  CHECK(code_of([&] { t.train({.epochs = 1}, t.saves); }) == 707);
  CHECK(t.p.steps() == 0);
}

TEST_CASE("a full device: the training goes on with a message, and ends with E707; the last checkpoint is whole") {
  temporary_folder const folder;
  trainee t(folder / "a");
  std::string what;
  {
    trainee first(folder / "a");
    first.train({.epochs = 1}, first.saves);
    t.saves.resume();
    full_device const full(1000);
    CHECK(code_of([&] { t.train({.epochs = 3}, t.saves); }, &what) == 707);
  }
  CHECK(t.p.steps() == 15);
  CHECK(has(what, "free some space"));
  CHECK(has(t.messages(), "warning: no checkpoint of step 10"));
  CHECK(has(t.messages(), "the newest is " + (folder / "a/" + named(5))));
  CHECK(names_in(folder / "a") == strings{named(5)});
  trainee again(folder / "a");
  CHECK(again.saves.resume().step == 5);
}

TEST_CASE("E901 names the last good checkpoint, and numbers that are not finite do not replace it") {
  temporary_folder const folder;
  trainee t(folder / "a");
  std::string what;
  auto const spoil = at_steps{[&](progress const& now) {
    if (now.step == 7) t.p.options().optimizer.learning_rate = 1e30;
  }};
  CHECK(code_of([&] { t.train({.epochs = 3}, spoil, t.saves); }, &what) == 901);
  CHECK(has(what, "the last good checkpoint is " + (folder / "a/" + named(5))));
  CHECK(names_in(folder / "a") == strings{named(5)});
}

TEST_CASE("what a killed program left is removed, what a living one writes is not") {
  temporary_folder const folder;
  trainee t(folder.path());
  std::string const begin = "checkpoint-000000001.safetensors.partial-", living = begin + std::to_string(getpid()) + "-7";
  write_bytes(folder / (begin + "99999999-0"), {1});  // beyond the largest process number of Linux
  write_bytes(folder / living, {1});
  t.train({.max_steps = 2}, t.saves);
  CHECK(names_in(folder.path()) == strings{living, named(2)});
}

}  // namespace
