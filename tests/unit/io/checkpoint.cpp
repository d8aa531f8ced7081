// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/checkpoint.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "objectives/tiny.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "unit/data/temporary_folder.hpp"

namespace {

using namespace tiny;
using ssl::index;

template <int Output>
using contrast = objectives::simclr<objectives::simclr_config{.hidden = 6, .output = Output}>;

struct small : run<contrast<4>> {
  using optimizer = optimizers::adamw;
};
struct wider : run<contrast<5>> {
  using optimizer = optimizers::adamw;
};
struct other_optimizer : run<contrast<4>> {};
struct adam_coupled : run<contrast<4>> {
  using optimizer = optimizers::adam<>;
};
struct in_float : run<contrast<4>, convnet, two_views, backends::reference, float> {
  using optimizer = optimizers::adamw;
};

template <class Run>
std::vector<typename Run::scalar> numbers(pipeline<Run>& p) {
  std::vector<typename Run::scalar> all;
  for (array const which : io::detail::checkpoint_arrays) {
    auto const values = io::detail::read_array(p, which);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

template <class Error, class F>
std::string message_of(int code, F f) {
  try {
    f();
  } catch (Error const& e) {
    CHECK(e.code == code);
    return e.what();
  }
  return "no error";
}
bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

/// A pipeline after some steps on noise.
template <class Run>
struct trained {
  typename Run::backend::context context;
  pipeline<Run> p;
  std::vector<float> views;

  explicit trained(int steps, run_options<Run> const& options = {}) : p(context, options) {
    views.resize(2 * Run::batch * Run::image.elements());
    for (int s = 0; s < steps; ++s) step();
  }
  double step() {
    draws noise({.epoch = static_cast<std::uint32_t>(p.steps())});
    for (float& v : views) v = static_cast<float>(noise.uniform_double());
    batch_input input;
    input.views[0] = views.data();
    return p.step(input);
  }
};

}  // namespace

TEST_CASE("a checkpoint goes on bit for bit, whatever the pipeline held before") {
  temporary_folder folder;
  trained<small> a(3);
  io::save_checkpoint(a.p, folder / "c", {{"who", "me"}});
  trained<small> b(5);
  std::vector<double> const ones(static_cast<std::size_t>(b.p.elements(array::gradients)), 1.0);
  b.p.write(array::gradients, ones.data());
  io::checkpoint_report const report = io::load_checkpoint(b.p, folder / "c");
  CHECK(report.steps == 3);
  CHECK(report.notes == std::map<std::string, std::string>{{"who", "me"}});
  CHECK(report.differences.empty());
  CHECK(numbers(b.p) == numbers(a.p));
  CHECK(b.p.steps() == 3);
  for (int s = 0; s < 3; ++s) CHECK(b.step() == a.step());
  CHECK(numbers(b.p) == numbers(a.p));
}

TEST_CASE("the tensors' names, and weights of convolutions in PyTorch's order") {
  temporary_folder folder;
  trained<small> a(1);
  io::save_checkpoint(a.p, folder / "c");
  auto const file = io::safetensors_file::open(folder / "c");
  CHECK(file.at("encoder.stage1.conv.weight").shape == std::vector<ssl::index>{3, 2, 3, 3});
  for (char const* name : {"encoder.stage1.bn.running_var", "projector.hidden1.linear.weight",
                           "optimizer.0.encoder.stage1.conv.weight", "optimizer.1.projector.hidden1.linear.weight"}) {
    CAPTURE(name);
    CHECK(file.find(name) != nullptr);
  }
}

TEST_CASE("E802: a checkpoint of another composition is refused with what differs, and changes nothing") {
  temporary_folder folder;
  trained<small> a(1);
  io::save_checkpoint(a.p, folder / "c");
  auto const refused = [&]<class Run>(trained<Run> other, auto... parts) {
    auto const before = numbers(other.p);
    std::string const text = message_of<composition_error>(802, [&] { io::load_checkpoint(other.p, folder / "c"); });
    CAPTURE(text);
    for (std::string const part : {parts...}) CHECK_MESSAGE(has(text, part), part);
    CHECK(numbers(other.p) == before);
    CHECK(std::count(text.begin(), text.end(), '\n') < 18);
  };
  refused(trained<wider>(1), "projector.last.linear.weight: expected (5, 6), found (4, 6)", "policies.objective");
  refused(trained<other_optimizer>(1), "policies.optimizer", "optimizer.1.encoder.stage1.conv.weight is not part of it");
  refused(trained<adam_coupled>(1), "policies.optimizer: expected \"ssl::optimizers::adam<");
  refused(trained<in_float>(1), "scalar: expected \"F32\", found \"F64\"");
  refused(trained<small>(1, {.seed = 2}), "options.seed: expected 2, found 1");
}

TEST_CASE("other options are reported and the program's own hold") {
  temporary_folder folder;
  trained<small> a(2, {.optimizer = {.learning_rate = 0.5}});
  io::save_checkpoint(a.p, folder / "c");
  trained<small> b(0, {.optimizer = {.learning_rate = 0.25}});
  auto const report = io::load_checkpoint(b.p, folder / "c");
  CHECK(report.differences == std::vector<std::string>{"options.optimizer.learning_rate: expected 0.25, found 0.5"});
  CHECK(b.p.options().optimizer.learning_rate.at(0) == 0.25);
}

TEST_CASE("E717: damage in tensors or metadata is seen; an encoder's file is no checkpoint") {
  temporary_folder folder;
  trained<small> a(1);
  io::save_checkpoint(a.p, folder / "c");
  file_bytes const whole = read_bytes(folder / "c");
  std::string const text(whole.begin(), whole.end());
  trained<small> b(0);
  auto const load = [&](file_bytes const& bytes) {
    write_bytes(folder / "d", bytes);
    return message_of<file_error>(717, [&] { io::load_checkpoint(b.p, folder / "d"); });
  };
  for (std::size_t const at : {whole.size() - 1, whole.size() / 2, text.find("0.01") + 2}) {
    file_bytes damaged = whole;
    damaged[at] ^= 1;
    CHECK(has(load(damaged), "the file is damaged"));
  }
  io::safetensors_writer none;
  none.save(folder / "d");
  CHECK(has(message_of<file_error>(717, [&] { io::load_checkpoint(b.p, folder / "d"); }), "this is no checkpoint"));
  write_bytes(folder / "d", file_bytes(whole.begin(), whole.end() - 9));
  message_of<file_error>(712, [&] { io::load_checkpoint(b.p, folder / "d"); });
}

TEST_CASE("E901: numbers that are not finite are never written over good ones") {
  temporary_folder folder;
  trained<small> a(1);
  io::save_checkpoint(a.p, folder / "c");
  file_bytes const good = read_bytes(folder / "c");
  auto slots = io::detail::read_array(a.p, array::slots);
  slots[0] = std::numeric_limits<double>::infinity();
  a.p.write(array::slots, slots.data());
  std::string const text = message_of<non_finite_error>(901, [&] { io::save_checkpoint(a.p, folder / "c"); });
  CHECK(has(text, "optimizer.0.encoder.stage1.conv.weight is not finite after 1 steps"));
  CHECK(read_bytes(folder / "c") == good);
}
