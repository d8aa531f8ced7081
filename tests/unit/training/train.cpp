// SPDX-License-Identifier: Apache-2.0
#include "ssl/training/train.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include "ssl/data/in_memory.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/ssl.hpp"
#include "ssl/training/stop_on_interrupt.hpp"
#include "unit/error_code.hpp"
#include "unit/training/tiny_run.hpp"

namespace {

using namespace ssl::training;

using tiny_run = tiny_run_with<>;

/// 22 images: five steps an epoch, two images left over.
ssl::data::procedural_images const& images() {
  static ssl::data::procedural_images const made({.count = 22, .height = 8, .width = 8});
  return made;
}

struct tiny {
  ssl::backends::reference::context context;
  ssl::pipeline<tiny_run> p{context,
                            {.optimizer = {.learning_rate = ssl::linear_ramp{.from = 0.1, .to = 0.01, .steps = 15}}, .seed = 5}};

  template <class... Observers>
  report train(train_options const& options, Observers&&... observers) {
    return ssl::training::train(p, images(), options, observers...);
  }
  /// Everything that the pipeline carries from step to step.
  std::vector<float> state() {
    std::vector<float> all;
    for (ssl::array const which : {ssl::array::parameters, ssl::array::slots, ssl::array::buffers}) {
      std::vector<float> part(static_cast<std::size_t>(p.elements(which)));
      p.read(which, part.data());
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }
};

struct recorder {
  std::string name;
  std::string& log;
  void begin(progress const&) { log += name + "begin "; }
  void step(progress const& now) { log += name + std::to_string(now.step) + " "; }
  void epoch(progress const& now) { log += name + "epoch" + std::to_string(now.epoch()) + " "; }
  void end(progress const&) { log += name + "end "; }
};

/// Calls a function after each step.
template <class F>
struct at_steps {
  F f;
  void step(progress& now) const { f(now); }
};
template <class F>
at_steps(F) -> at_steps<F>;

auto stop_after(ssl::index step) {
  return at_steps{[step](progress& now) { now.stop = now.step >= step; }};
}

TEST_CASE("micro-batches make one step together, and those left over at the end of an epoch are dropped") {
  CHECK(steps_per_epoch<tiny_run>(images(), 2) == 2);
  tiny whole, cut, by_hand;
  report const r = whole.train({.epochs = 3, .accumulate = 2});
  CHECK((r.steps == 6 && r.epochs == 3 && whole.p.steps() == 6));

  cut.train({.epochs = 3, .max_steps = 3, .accumulate = 2});
  cut.train({.epochs = 3, .accumulate = 2});
  CHECK(cut.state() == whole.state());

  ssl::data::batcher<tiny_run::augmentation, ssl::data::procedural_images> batches(images(), tiny_run::image, 4, {},
                                                                                   {.threads = 0, .seed = 5});
  for (int epoch = 0; epoch < 3; ++epoch)
    for (int batch = 0; batch < 5; ++batch) {
      ssl::batch_input const input = detail::input_of(batches.next());
      if (batch < 4) by_hand.p.step(input, {.part = batch % 2, .of = 2});
    }
  CHECK(by_hand.state() == whole.state());
  CHECK_THROWS_WITH_AS(tiny().train({.accumulate = 6}), doctest::Contains("at least 6 batches of 4"), ssl::data_error);
  CHECK_THROWS_AS(tiny().train({.accumulate = 0}), ssl::composition_error);
}

TEST_CASE("observers are told in the order in which they are named") {
  std::string log;
  tiny t;
  t.train({.epochs = 2, .max_steps = 6}, recorder{"a", log}, recorder{"b", log});
  CHECK(log == "abegin bbegin a1 b1 a2 b2 a3 b3 a4 b4 a5 b5 aepoch1 bepoch1 a6 b6 aend bend ");
}

TEST_CASE("what observers see") {
  tiny t;
  double sum = 0;
  t.train({.epochs = 2}, at_steps{[&](progress const& now) {
            CHECK(now.first_step == 0);
            CHECK(now.last_step == 10);
            CHECK(now.steps_per_epoch == 5);
            CHECK(now.images_per_step == 4);
            CHECK(now.views_per_step == 8);
            CHECK(now.epoch() == (now.step <= 5 ? 1 : 2));
            CHECK(now.epochs() == 2);
            CHECK(*now.learning_rate == doctest::Approx(0.1 - 0.09 * static_cast<double>(now.step - 1) / 15));
            CHECK(now.images_per_second > 0);
            sum = (now.step - 1) % 5 == 0 ? now.loss : sum + now.loss;
            CHECK(now.epoch_loss == doctest::Approx(sum / static_cast<double>((now.step - 1) % 5 + 1)));
          }});
}

TEST_CASE("an observer sees what those before it wrote") {
  tiny t;
  auto const writes = at_steps{[](progress& now) { now.features = {.step = now.step, .feature_std = 0.5}; }};
  auto const reads = at_steps{[](progress const& now) { CHECK(now.features->step == now.step); }};
  report const r = t.train({.epochs = 1}, writes, reads);
  CHECK(r.features->step == 5);
}

TEST_CASE("the report") {
  tiny t;
  CHECK(steps_per_epoch<tiny_run>(images()) == 5);
  report const whole = t.train({.epochs = 2});
  CHECK(whole.result == outcome::finished);
  CHECK(whole.steps == 10);
  CHECK(whole.epochs == 2);
  CHECK(whole.final_loss > 0);
  CHECK(whole.seconds > 0);
  CHECK(whole.images_per_second == doctest::Approx(40 / whole.seconds));
  CHECK(whole.views_per_second == doctest::Approx(80 / whole.seconds));
  CHECK(!whole.features);

  report const more = t.train({.epochs = 4}, stop_after(13));
  CHECK(more.result == outcome::stopped);
  CHECK(more.steps == 3);
  CHECK(more.epochs == 0);
  CHECK(t.p.steps() == 13);

  report const nothing = t.train({.epochs = 2});
  CHECK(nothing.result == outcome::finished);
  CHECK(nothing.steps == 0);
  CHECK(nothing.final_loss != nothing.final_loss);
}

TEST_CASE("a training cut anywhere and continued ends with the bits of the whole one") {
  tiny whole;
  std::vector<double> losses;
  whole.train({.epochs = 3}, at_steps{[&](progress const& now) { losses.push_back(now.loss); }});
  for (ssl::index const cut : {1, 4, 5, 7, 10}) {
    for (int const threads : {0, 2}) {
      CAPTURE(cut);
      CAPTURE(threads);
      tiny parts;
      std::vector<double> again;
      auto const record = at_steps{[&](progress const& now) { again.push_back(now.loss); }};
      parts.train({.epochs = 3, .loader_threads = threads}, record, stop_after(cut));
      CHECK(parts.p.steps() == cut);
      parts.train({.epochs = 3, .loader_threads = threads}, record);
      CHECK(again == losses);
      CHECK(parts.state() == whole.state());
    }
  }
}

TEST_CASE("Ctrl-C finishes the step and stops") {
  tiny t;
  stop_on_interrupt on_interrupt;
  auto const press = at_steps{[](progress const& now) {
    if (now.step == 2) std::raise(SIGINT);
  }};
  report const r = t.train({.epochs = 1}, press, on_interrupt);
  CHECK(r.result == outcome::stopped);
  CHECK(t.p.steps() == 2);
}

struct failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};
enum class member { begin, step, end };
struct fails_in {
  member where;
  void begin(progress const&) { fail(member::begin); }
  void step(progress const&) { fail(member::step); }
  void end(progress const&) { fail(member::end); }

 private:
  void fail(member here) const {
    if (here == where) throw failure("observer");
  }
};
struct sees_result {
  outcome& result;
  void end(progress const& now) { result = now.result; }
};

TEST_CASE("whatever throws, every observer that began is told the end") {
  std::string log;
  outcome result = outcome::running;
  tiny t;
  CHECK_THROWS_AS(t.train({}, recorder{"a", log}, fails_in{member::step}, recorder{"b", log}, sees_result{result}), failure);
  CHECK(log == "abegin bbegin a1 aend bend ");
  CHECK(result == outcome::failed);
  CHECK(t.p.steps() == 1);

  log.clear();
  CHECK_THROWS_AS(t.train({}, recorder{"a", log}, fails_in{member::begin}, recorder{"b", log}), failure);
  CHECK(log == "abegin aend ");

  log.clear();
  CHECK_THROWS_AS(t.train({.max_steps = 2}, fails_in{member::end}, recorder{"b", log}), failure);
  CHECK(log == "bbegin b2 bend ");
}

struct breaks_at_image_3 {
  std::int32_t size() const { return 8; }
  ssl::image_view image(ssl::index i) const {
    if (i == 3) throw failure("image");
    return images().image(i);
  }
};

TEST_CASE("what the data set throws comes out, and the training can go on") {
  for (int const threads : {0, 1}) {
    CAPTURE(threads);
    std::string log;
    tiny t;
    breaks_at_image_3 const broken;
    CHECK_THROWS_AS(train(t.p, broken, {.loader_threads = threads}, recorder{"a", log}), failure);
    CHECK(log.substr(log.size() - 5) == "aend ");
    CHECK(t.train({}).result == outcome::finished);
    CHECK(t.p.steps() == 5);
  }
}

TEST_CASE("E850, E606, E601: options and data sets that cannot be used") {
  tiny t;
  CHECK(test::code_of([&] { t.train({.epochs = 0}); }) == 850);
  CHECK(test::code_of([&] { t.train({.max_steps = 0}); }) == 850);
  CHECK(test::code_of([&] { t.train({.loader_threads = -1}); }) == 606);
  CHECK(test::code_of([&] { t.train({.prefetch = 0}); }) == 606);
  ssl::data::first const few(images(), 3);
  CHECK(test::code_of([&] { train(t.p, few, {}); }) == 601);
  CHECK(t.p.steps() == 0);
}

/// Only the members that an observer has are called; a type without any of them is none.
struct only_epoch {
  void epoch(progress const&) {}
};
struct wrong_argument {
  void step(int) {}
};
static_assert(observer<only_epoch> && observer<only_epoch&>);
static_assert(!observer<wrong_argument> && !observer<int>);

TEST_CASE("the speed is that of the last seconds, and exact from the first step on") {
  detail::recent_speed speed;
  speed.add(100, 2);
  CHECK(speed.per_second() == doctest::Approx(50));
  for (int i = 1; i <= 100; ++i) speed.add(300, 2 + i);
  CHECK(speed.per_second() == doctest::Approx(300).epsilon(0.001));
}

}  // namespace
