// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/suite.hpp"
#include "ssl/core/schedule.hpp"

/// \file
/// Schedules against a file: every value of the published forms.
namespace reference_suite {

using ssl::warmup_cosine;
using ssl::warmup_form;

/// A schedule is evaluated in double, whatever the training's scalar.
template <class Schedule>
void expect_values(reference_case const& c, std::string const& name, Schedule const& value_at) {
  std::vector<double> const expected = c.stored<double>(name);
  std::vector<double> found;
  for (std::size_t i = 0; i < expected.size(); ++i) found.push_back(value_at(static_cast<ssl::index>(i)));
  expect_near(name, found, expected, c.limit<double>());
}

inline auto values_of(ssl::number const& n) {
  return [n](ssl::index i) { return n.at(i); };
}

inline void warmup_cosine_forms(reference_case const& c) {
  ssl::index const per_epoch = c.hyper().at("iters");
  auto const steps_of = [&](char const* epochs) { return per_epoch * c.hyper().at(epochs).get<ssl::index>(); };
  warmup_cosine const given{.peak = c.hyper().at("base"),
                            .warmup_steps = steps_of("warmup_epochs"),
                            .steps = steps_of("epochs"),
                            .end = c.hyper().at("min"),
                            .start = c.hyper().at("start")};
  auto const as = [](warmup_cosine s, warmup_form form) {
    s.form = form;
    return [s](ssl::index i) { return s.at(i); };
  };
  expect_values(c, "lightly_cosine_warmup", as(given, warmup_form::next_step));
  expect_values(c, "solo_linear_warmup_cosine", as(given, warmup_form::linspace));
  expect_values(c, "dino_cosine", as(given, warmup_form::linspace));
  expect_values(c, "dinov2_cosine", as(given, warmup_form::linspace));
  expect_values(c, "timm_cosine_prefix", as(given, warmup_form::this_step));
  expect_values(c, "timm_cosine_no_prefix", as(given, warmup_form::overlapping));

  warmup_cosine from_zero = given;
  from_zero.start = 0;
  expect_values(c, "mae_half_cycle", as(from_zero, warmup_form::this_step));

  // DINOv2 holds its last layer still for an epoch: the schedule begins after it.
  warmup_cosine later = given;
  later.steps -= per_epoch, later.form = warmup_form::linspace;
  expect_values(c, "dinov2_cosine_frozen", values_of(ssl::number(later).delayed(per_epoch, 0)));

  // Barlow Twins: ten epochs of warm-up to rates that scale with the batch, then down to a thousandth.
  if (!c.has("barlowtwins_weights_biases")) return;
  auto const barlow = [&](double rate) {
    double const peak = rate * c.hyper().at("batch").get<double>() / 256;
    return warmup_cosine{
        .peak = peak, .warmup_steps = 10 * per_epoch, .steps = given.steps, .end = peak / 1000, .form = warmup_form::this_step};
  };
  warmup_cosine const weights = barlow(0.2), biases = barlow(0.0048);
  expect_values(c, "barlowtwins_weights_biases", [&](ssl::index i) { return (i % 2 == 0 ? weights : biases).at(i / 2); });
}

/// Rates that change between epochs (a file holds one value for each), and MoCo v3's, which change with every step.
inline void schedules_by_epoch(reference_case const& c) {
  ssl::index const epochs = c.hyper().at("epochs"), per_epoch = c.hyper().at("iters"), warmup = c.hyper().at("warmup_epochs");
  double const rate = c.hyper().at("lr"), momentum = c.hyper().at("m");
  ssl::step_decay steps{.initial = rate};
  std::vector<ssl::index> const milestones = c.hyper().at("milestones");
  std::copy(milestones.begin(), milestones.end(), steps.at_steps);

  auto const of_epochs = [&](ssl::number const& n) {
    ssl::number const held = n.held(per_epoch);
    return [=](ssl::index epoch) {
      double const value = held.at(epoch * per_epoch);
      CHECK(held.at(epoch * per_epoch + per_epoch - 1) == value);
      return value;
    };
  };
  expect_values(c, "moco_v1_steps", of_epochs(steps));
  expect_values(c, "moco_v2_cosine", of_epochs(ssl::cosine_ramp(rate, 0, epochs)));
  expect_values(c, "simsiam_cosine", of_epochs(ssl::cosine_ramp(rate, 0, epochs)));
  if (!c.has("moco_v3_lr_per_iteration")) return;
  expect_values(
      c, "moco_v3_lr_per_iteration",
      values_of(warmup_cosine{
          .peak = rate, .warmup_steps = warmup * per_epoch, .steps = epochs * per_epoch, .form = warmup_form::this_step}));
  expect_values(c, "moco_v3_momentum_per_iteration", values_of(ssl::cosine_ramp(momentum, 1, epochs * per_epoch)));
}

/// Weight decay, the average's momentum and the teacher's temperature.
inline void ramps(reference_case const& c) {
  ssl::index const per_epoch = c.hyper().at("iters"), steps = c.hyper().at("epochs").get<ssl::index>() * per_epoch;
  ssl::index const warm_epochs = c.hyper().at("temp_warm_epochs"), warm_steps = warm_epochs * per_epoch;
  std::vector<double> const decay = c.hyper().at("wd"), temperature = c.hyper().at("temp");
  double const momentum = c.hyper().at("m");

  expect_values(c, "dino_wd", values_of(ssl::cosine_ramp(decay.at(0), decay.at(1), steps)));
  for (char const* name : {"dino_momentum", "byol_target_ema", "solo_momentum_after_step"})
    expect_values(c, name, values_of(ssl::cosine_ramp(momentum, 1, steps)));
  expect_values(c, "lightly_wd", values_of(ssl::cosine_ramp(decay.at(0), decay.at(1), steps, warmup_form::next_step)));
  expect_values(c, "lightly_momentum", values_of(ssl::cosine_ramp(momentum, 1, steps, warmup_form::next_step)));

  expect_values(c, "dinov2_teacher_temp",
                values_of(warmup_cosine{.peak = temperature.at(1),
                                        .warmup_steps = warm_steps,
                                        .steps = steps,
                                        .end = temperature.at(1),
                                        .start = temperature.at(0),
                                        .form = warmup_form::linspace}));
  expect_values(c, "lightly_linear_temp",
                values_of(ssl::linear_ramp{.from = temperature.at(0), .to = temperature.at(1), .steps = warm_steps}));
  ssl::linear_ramp const by_epoch{.from = temperature.at(0), .to = temperature.at(1), .steps = warm_epochs - 1};
  ssl::number const held = ssl::number(by_epoch).held(per_epoch);
  expect_values(c, "dino_teacher_temp_per_epoch", [&](ssl::index epoch) { return held.at(epoch * per_epoch + per_epoch / 2); });
}

}  // namespace reference_suite
