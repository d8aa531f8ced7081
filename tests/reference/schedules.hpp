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
  expect_values(c, "dinov2_cosine_frozen", [&](ssl::index i) { return i < per_epoch ? 0.0 : later.at(i - per_epoch); });

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

}  // namespace reference_suite
