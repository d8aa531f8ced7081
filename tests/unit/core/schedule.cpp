// SPDX-License-Identifier: Apache-2.0
#include "ssl/core/schedule.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace ssl;

constexpr ssl::index steps = 6, warmup = 2;

/// Values at steps 0 .. 7 of a rise from 1 to 5 and a fall to 3: cos(0), cos(pi/4), ... where the intervals allow.
std::vector<double> values(warmup_form form) {
  warmup_cosine const s{.peak = 5, .warmup_steps = warmup, .steps = steps, .end = 3, .start = 1, .form = form};
  std::vector<double> v;
  for (ssl::index i = 0; i < 8; ++i) v.push_back(s.at(i));
  return v;
}

double fall(double passed, double intervals) { return 4 + std::cos(math::pi * passed / intervals); }

void expect(std::vector<double> const& found, std::vector<double> const& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO("step " << i);
    CHECK(std::abs(found[i] - expected[i]) < 1e-14);
  }
}

TEST_CASE("the forms of warm-up and cosine differ at their ends") {
  expect(values(warmup_form::half_open), {3, 5, 5, fall(1, 4), 4, fall(3, 4), 3, 3});
  expect(values(warmup_form::next_step), {3, 5, 5, fall(1, 3), fall(2, 3), 3, 3, 3});
  expect(values(warmup_form::this_step), {1, 3, 5, fall(1, 4), 4, fall(3, 4), 3, 3});
  expect(values(warmup_form::linspace), {1, 5, 5, fall(1, 4), 4, fall(3, 4), 3, 3});
  expect(values(warmup_form::overlapping), {1, 3, fall(2, 6), fall(3, 6), fall(4, 6), fall(5, 6), 3, 3});
}

TEST_CASE("a cosine without warm-up starts at the peak") {
  for (auto const form :
       {warmup_form::half_open, warmup_form::next_step, warmup_form::this_step, warmup_form::linspace, warmup_form::overlapping})
    CHECK(warmup_cosine{.peak = 2, .steps = 10, .form = form}.at(0) == 2);
}

TEST_CASE("a warm-up of one step, or longer than the run, stays finite") {
  for (auto const form :
       {warmup_form::half_open, warmup_form::next_step, warmup_form::this_step, warmup_form::linspace, warmup_form::overlapping})
    for (ssl::index const w : {1, 5, 20})
      for (ssl::index s = 0; s < 30; ++s) {
        double const v = warmup_cosine{.peak = 2, .warmup_steps = w, .steps = 5, .end = 1, .form = form}.at(s);
        INFO("warm-up " << w << ", step " << s);
        CHECK((v >= 0 && v <= 2));
      }
}

TEST_CASE("a ramp is linear and then constant") {
  linear_ramp const r{.from = 2, .to = 6, .steps = 4};
  CHECK((r.at(0) == 2 && r.at(1) == 3 && r.at(3) == 5 && r.at(4) == 6 && r.at(400) == 6));
}

TEST_CASE("steps multiply once each, from their step on") {
  step_decay const s{.initial = 8, .factor = 0.5, .at_steps = {10, 20}};
  CHECK((s.at(0) == 8 && s.at(9) == 8 && s.at(10) == 4 && s.at(19) == 4 && s.at(20) == 2 && s.at(1000) == 2));
}

TEST_CASE("a number is any of them") {
  number const constant = 3, ramp = linear_ramp{.from = 0, .to = 1, .steps = 2},
               decay = step_decay{.initial = 1, .at_steps = {2}}, cosine = warmup_cosine{.peak = 7, .steps = 3};
  CHECK((constant.form() == number::kind::constant && constant.at(5) == 3));
  CHECK((ramp.form() == number::kind::linear && ramp.at(1) == 0.5));
  CHECK((decay.form() == number::kind::steps && decay.at(2) == 0.1));
  CHECK((cosine.form() == number::kind::warmup_cosine && cosine.at(0) == 7));
}

TEST_CASE("a cosine ramp rises or falls") {
  warmup_cosine const up = ssl::cosine_ramp(0.5, 1, 4), down = ssl::cosine_ramp(4, 2, 5, warmup_form::next_step);
  CHECK((up.at(0) == 0.5 && up.at(2) == doctest::Approx(0.75) && up.at(3) < 1 && up.at(4) == 1));
  CHECK((down.at(0) == 4 && down.at(2) == doctest::Approx(3) && down.at(4) == 2));
}

TEST_CASE("values may be held, and a schedule may begin later") {
  number const ramp = linear_ramp{.from = 0, .to = 3, .steps = 3}, by_epoch = ramp.held(10);
  CHECK((by_epoch.at(0) == 0 && by_epoch.at(9) == 0 && by_epoch.at(10) == 1 && by_epoch.at(29) == 2 && by_epoch.at(30) == 3));
  number const later = ramp.delayed(2, 7);
  CHECK((later.at(0) == 7 && later.at(1) == 7 && later.at(2) == 0 && later.at(3) == 1 && later.at(9) == 3));
  number const both = ramp.held(10).delayed(2, 7);
  CHECK((both.at(1) == 7 && both.at(11) == 0 && both.at(12) == 1));
  CHECK(ramp.at(1) == 1);
}

}  // namespace
