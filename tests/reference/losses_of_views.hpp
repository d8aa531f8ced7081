// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/losses.hpp"
#include "ssl/losses/barlow_twins.hpp"
#include "ssl/losses/dino.hpp"
#include "ssl/losses/emp_ssl.hpp"
#include "ssl/losses/in_batch_info_nce.hpp"
#include "ssl/losses/info_nce.hpp"
#include "ssl/losses/swav.hpp"
#include "ssl/losses/vicreg.hpp"
#include "ssl/objectives/detail/enqueue.hpp"
#include "ssl/objectives/dino.hpp"

/// \file
/// Losses of the joint-embedding methods, and the states that they read, over several steps.
namespace reference_suite {

using ssl::index;

/// A rule of an objective over a state of a backend.
template <class Rule, class Backend, class T, shape State, shape X, class Options>
std::vector<T> updated(Options const& options, index step, std::vector<T> const& state, std::vector<T> const& x) {
  typename Backend::context context{};
  ssl::testing::guarded_array<Backend, T> held(context, State.elements()), given(context, X.elements());
  held.write(0, state), given.write(0, x);
  Rule::template run<ssl::environment<Backend, T>, State, X>(context, options, ssl::update_time{.step = step, .batch = step},
                                                             held.data(), given.data());
  CHECK(held.margins_are_whole());
  return held.read(0, State.elements());
}

/// The terms of VICReg by themselves.
template <shape In>
void vicreg_terms(reference_case const& c) {
  on_every_backend([&]<class Backend, class T>() {
    auto const alone = [&](vicreg::options const& weights) {
      return evaluate_loss<vicreg, Backend, T, In>(weights, {loss_input<T>::target(stacked<T>(c, {"z1", "z2"}))}).loss;
    };
    expect_near("invariance", alone({.invariance = 1, .variance = 0, .covariance = 0}), c.number("invariance"), c.limit<T>());
    expect_near("variance", alone({.invariance = 0, .variance = 1, .covariance = 0}), c.number("variance"), c.limit<T>());
    expect_near("covariance", alone({.invariance = 0, .variance = 0, .covariance = 1}), c.number("covariance"), c.limit<T>());
  });
}

/// EMP-SSL's loss, and its two terms by themselves.
template <int Views, int Images, int Width>
void many_views(reference_case const& c, double epsilon, double similarity) {
  using loss = emp_ssl<emp_ssl_config{.views = Views}>;
  constexpr shape in{.n = Views * Images, .c = Width};
  on_every_backend([&]<class Backend, class T>() {
    auto const expect = [&](std::string const& suffix, typename loss::options const& weights) {
      auto const found = evaluate_loss<loss, Backend, T, in>(weights, {{c.stored<T>("z")}});
      expect_near("loss" + suffix, found.loss, c.number("loss" + suffix), c.limit<T>());
      expect_near("grad_z" + suffix, found.gradient[0], c.stored<double>("grad_z" + suffix), c.limit<T>());
    };
    expect("", {.similarity = similarity, .coding_rate = 1, .epsilon = epsilon});
    expect("_invariance", {.similarity = 1, .coding_rate = 0, .epsilon = epsilon});
    expect("_tcr", {.similarity = 0, .coding_rate = 1, .epsilon = epsilon});
  });
}

/// A loss of predictions and targets (queries and keys) of two views.
template <class Loss, shape In>
void predictions(reference_case const& c, typename Loss::options const& options, std::string const& prediction,
                 std::string const& target, loss_names const& names) {
  on_every_backend([&]<class Backend, class T>() {
    loss_input<T> const x = stacked<T>(c, {prediction + "1", prediction + "2"});
    loss_input<T> const y = loss_input<T>::target(stacked<T>(c, {target + "1", target + "2"}));
    auto const found = evaluate_loss<Loss, Backend, T, In, In>(options, {x, y}, names.weight);
    expect_near("loss" + names.suffix, names.weight * found.loss, c.number("loss" + names.suffix), c.limit<T>());
    std::string const gradient = "grad_" + prediction;
    expect_parts(c, {gradient + "1" + names.suffix, gradient + "2" + names.suffix}, found.gradient[0]);
  });
}

/// lightly's bank over several steps: the loss reads it, then it takes the keys.
template <shape In, int Bank>
void bank_of_keys(reference_case const& c, double temperature, int more_steps) {
  constexpr shape bank_shape = In.with_batch(Bank);
  constexpr int steps_to_fill = (Bank + In.n - 1) / In.n;
  on_every_backend([&]<class Backend, class T>() {
    std::vector<T> bank = c.stored<T>("bank_before");
    for (int step = 0; step <= more_steps; ++step) {
      std::string const prefix = step == 0 ? "" : "more" + std::to_string(step - 1) + ".";
      std::vector<T> const keys = c.stored<T>(prefix + "k");
      auto const found = evaluate_loss<info_nce, Backend, T, In, In, bank_shape>(
          {.temperature = temperature}, {c.stored<T>(prefix + "q"), loss_input<T>::target(keys), loss_input<T>::target(bank)});
      expect_near(prefix + "loss", found.loss, c.number(prefix + "loss"), c.limit<T>());
      if (step == 0) expect_near("grad_q", found.gradient[0], c.stored<double>("grad_q"), c.limit<T>());
      bank = updated<ssl::objectives::detail::enqueue<>, Backend, T, bank_shape, In>(0, step, bank, keys);
      expect_near(prefix + "bank_after", bank, c.stored<double>(prefix + "bank_after"), c.limit<T>());
      CHECK(c.number(prefix + "ptr_after") == (step + 1) % steps_to_fill * In.n);
    }
  });
}

/// Codes of rows of scores, by the backend.
template <class Backend, class T>
std::vector<T> balanced(std::vector<T> scores, index rows, index prototypes, swav<>::options const& options) {
  for (T& s : scores) s = static_cast<T>(s / options.epsilon);
  typename Backend::context context{};
  ssl::testing::guarded_array<Backend, T> q(context, rows * prototypes), scratch(context, rows + prototypes);
  q.write(0, scores);
  ssl::ops::sinkhorn_knopp<Backend>(context, rows, prototypes, options.iterations, q.data(), scratch.data());
  return q.read(0, rows * prototypes);
}

/// Scores of all crops, two of them global; with a queue the codes alone and the loss.
template <int Images, int Prototypes, int Views, int Kept>
void swapped_prediction(reference_case const& c, swav<>::options const& options) {
  constexpr shape scores{.n = Views * Images, .c = Prototypes};
  std::vector<std::string> outputs, gradients;
  for (int v = 0; v < Views; ++v)
    outputs.push_back("out" + std::to_string(v)), gradients.push_back("grad_out" + std::to_string(v));
  on_every_backend([&]<class Backend, class T>() {
    std::vector<T> const x = stacked<T>(c, outputs);
    auto const found = evaluate_loss<swav<swav_config{.views = Views}>, Backend, T, scores>(
        {.temperature = options.temperature, .epsilon = options.epsilon, .iterations = options.iterations}, {x});
    expect_near("loss", found.loss, c.number("loss"), c.limit<T>());
    expect_parts(c, gradients, found.gradient[0]);
    for (int g = 0; g < 2; ++g) {
      std::string const code = "code" + std::to_string(g);
      expect_near(code, balanced<Backend, T>(c.stored<T>("out" + std::to_string(g)), Images, Prototypes, options),
                  c.stored<double>(code), c.limit<T>());
    }
    if constexpr (Kept > 0) {
      using queued = swav<swav_config{.views = Views, .queue = earlier_scores::given}>;
      auto const with_queue = evaluate_loss<queued, Backend, T, scores, shape{.n = 2 * Kept, .c = Prototypes}>(
          {.temperature = options.temperature, .epsilon = options.epsilon, .iterations = options.iterations},
          {x, stacked<T>(c, {"queue_out0", "queue_out1"})});
      expect_near("loss_with_queue", with_queue.loss, c.number("loss_with_queue"), c.limit<T>());
      std::vector<T> const first(with_queue.gradient[0].begin(), with_queue.gradient[0].begin() + Images * Prototypes);
      expect_near("grad_out0_with_queue", first, c.stored<double>("grad_out0_with_queue"), c.limit<T>());
      std::vector<T> code = balanced<Backend, T>(stacked<T>(c, {"out0", "queue_out0"}), Images + Kept, Prototypes, options);
      code.resize(first.size());
      expect_near("code0_with_queue", code, c.stored<double>("code0_with_queue"), c.limit<T>());
    }
  });
}

struct dino_numbers {
  double student_temperature = 0, centre_momentum = 0;
  double warmup_temperature = 0, teacher_temperature = 0;
  index warmup_epochs = 0;
  std::vector<index> epochs;  ///< of every step
};

/// Several steps: the loss reads the centre, which then follows the teacher. The temperature is that of the step's epoch.
template <int Images, int Prototypes, int Views>
void distillation(reference_case const& c, dino_numbers const& n) {
  constexpr shape student{.n = Views * Images, .c = Prototypes}, teacher{.n = 2 * Images, .c = Prototypes},
      centre_shape{.c = Prototypes};
  ssl::number temperature = n.teacher_temperature;
  if (n.warmup_epochs > 1)
    temperature = ssl::linear_ramp{.from = n.warmup_temperature, .to = n.teacher_temperature, .steps = n.warmup_epochs - 1};
  std::vector<double> const schedule = c.stored<double>("teacher_temp_schedule");
  for (std::size_t epoch = 0; epoch < schedule.size(); ++epoch)
    CHECK(temperature.at(static_cast<index>(epoch)) == doctest::Approx(schedule[epoch]).epsilon(1e-12));
  on_every_backend([&]<class Backend, class T>() {
    std::vector<T> centre(Prototypes, T(0));
    for (std::size_t i = 0; i < n.epochs.size(); ++i) {
      std::string const step = "step" + std::to_string(i) + ".";
      expect_near(step + "center_before", centre, c.stored<double>(step + "center_before"), c.limit<T>());
      CHECK(temperature.at(n.epochs[i]) == doctest::Approx(c.number(step + "temperature")).epsilon(1e-12));
      std::vector<T> const said = c.stored<T>(step + "teacher");
      auto const found = evaluate_loss<dino<dino_config{.views = Views}>, Backend, T, student, teacher, centre_shape>(
          {.student_temperature = n.student_temperature, .teacher_temperature = temperature.at(n.epochs[i])},
          {c.stored<T>(step + "student"), loss_input<T>::target(said), loss_input<T>::target(centre)});
      expect_near(step + "loss", found.loss, c.number(step + "loss"), c.limit<T>());
      expect_near(step + "grad_student", found.gradient[0], c.stored<double>(step + "grad_student"), c.limit<T>());
      centre = updated<ssl::objectives::detail::follow, Backend, T, centre_shape, teacher>(
          ssl::objectives::dino<>::options{.centre_momentum = n.centre_momentum}, 0, centre, said);
      expect_near(step + "center_after", centre, c.stored<double>(step + "center_after"), c.limit<T>());
    }
  });
}

}  // namespace reference_suite
