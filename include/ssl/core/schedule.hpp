// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "ssl/core/fields.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// Numbers that may change during training. Every numeric option is a `number`: a constant or a schedule,
/// evaluated at the global optimizer step (the first step is 0).
namespace ssl {

/// Linear warm-up to `peak`, then half a cosine to `end`.
///
/// Formula  warm-up, s < w: start + (peak - start) (s + 1) / w        (ends::inclusive_peak)
///          after:          end + (peak - end) (1 + cos(pi (s - w) / (steps - w))) / 2
///          beyond steps:   end
/// The published codes differ at the ends; `form` names which one is meant:
///   next_step   warm-up (s+1)/w as lightly; cosine over steps - w - 1 intervals, so that the last step is `end`
///   half_open   warm-up (s+1)/w; cosine over steps - w intervals, `end` is never reached
///   this_step   warm-up s/w as MAE and timm with warmup_prefix; cosine over steps - w intervals
///   linspace    warm-up over w - 1 intervals, both ends included, as DINO, DINOv2 and solo-learn; cosine over steps - w
///   overlapping warm-up s/w, and a cosine that counts from step 0, so that it falls from the peak to below it where the warm-up ends:
///               timm without warmup_prefix
enum class warmup_form { half_open, next_step, this_step, linspace, overlapping };

struct warmup_cosine {
  double peak = 0;
  index warmup_steps = 0;
  index steps = 1;
  double end = 0;
  double start = 0;
  warmup_form form = warmup_form::half_open;
  PRETEXT_FIELDS(peak, warmup_steps, steps, end, start, form)

  double at(index step) const {
    double const w = static_cast<double>(warmup_steps);
    if (step < warmup_steps) {
      bool const from_start = form == warmup_form::this_step || form == warmup_form::overlapping;
      double const done = from_start                      ? step / w
                          : form == warmup_form::linspace ? (warmup_steps > 1 ? step / (w - 1) : 0.0)
                                                          : (step + 1) / w;
      return start + (peak - start) * done;
    }
    index const begin = form == warmup_form::overlapping ? 0 : warmup_steps;
    double const intervals = static_cast<double>(steps - begin - (form == warmup_form::next_step ? 1 : 0));
    double const passed = static_cast<double>(step - begin);
    if (intervals <= 0 || passed >= intervals) return end;
    return end + (peak - end) * 0.5 * (1.0 + std::cos(math::pi * passed / intervals));
  }
};

/// Half a cosine from `from` up or down to `to`, which comes after the last step: the average's momentum of BYOL and DINO, DINO's
/// weight decay. With `form` next_step the last step is `to`, as in lightly.
constexpr warmup_cosine cosine_ramp(double from, double to, index steps, warmup_form form = warmup_form::half_open) {
  return {.peak = from, .steps = steps, .end = to, .form = form};
}

/// From `from` to `to` in equal differences over `steps`, then constant.
struct linear_ramp {
  double from = 0;
  double to = 0;
  index steps = 1;
  PRETEXT_FIELDS(from, to, steps)

  double at(index step) const { return step >= steps ? to : from + (to - from) * static_cast<double>(step) / static_cast<double>(steps); }
};

/// `initial`, multiplied by `factor` at each of up to eight steps.
struct step_decay {
  double initial = 0;
  double factor = 0.1;
  index at_steps[8] = {};  ///< 0 marks an unused place, so that `.at_steps = {1000, 2000}` says all
  PRETEXT_FIELDS(initial, factor, at_steps)

  double at(index step) const {
    double value = initial;
    for (index boundary : at_steps)
      if (boundary > 0 && step >= boundary) value *= factor;
    return value;
  }
};

/// A constant or a schedule.
///
///     number(cosine_ramp(0.996, 1, steps))                                      every step another value
///     number(step_decay{.initial = 0.03, .at_steps = {120, 160}}).held(100)     counted in epochs of 100 steps
///     number(schedule).delayed(100, 0)                                          0 for 100 steps, and then the schedule from its start
class number {
 public:
  enum class kind { constant, warmup_cosine, linear, steps };

  constexpr number(double value = 0) : constant_(value) {}
  constexpr number(ssl::warmup_cosine schedule) : kind_(kind::warmup_cosine), cosine_(schedule) {}
  constexpr number(linear_ramp schedule) : kind_(kind::linear), linear_(schedule) {}
  constexpr number(step_decay schedule) : kind_(kind::steps), steps_(schedule) {}

  /// The same with each value kept for so many steps: a schedule that is counted in epochs.
  constexpr number held(index steps) const {
    number n = *this;
    n.hold_ = steps;
    return n;
  }
  /// `before` for so many steps, then this from its beginning.
  constexpr number delayed(index steps, double before) const {
    number n = *this;
    n.delay_ = steps, n.before_ = before;
    return n;
  }

  double at(index step) const {
    if (step < delay_) return before_;
    step = (step - delay_) / hold_;
    switch (kind_) {
      case kind::warmup_cosine: return cosine_.at(step);
      case kind::linear: return linear_.at(step);
      case kind::steps: return steps_.at(step);
      case kind::constant: break;
    }
    return constant_;
  }
  constexpr kind form() const { return kind_; }

  /// f(constant), or f(name, schedule).
  template <class F>
  constexpr auto visit(F&& f) const {
    switch (kind_) {
      case kind::warmup_cosine: return f("warmup_cosine", cosine_);
      case kind::linear: return f("linear_ramp", linear_);
      case kind::steps: return f("step_decay", steps_);
      case kind::constant: break;
    }
    return f(constant_);
  }

 private:
  kind kind_ = kind::constant;
  index hold_ = 1;
  index delay_ = 0;
  double before_ = 0;
  double constant_ = 0;
  ssl::warmup_cosine cosine_{};
  linear_ramp linear_{};
  step_decay steps_{};
};

}  // namespace ssl
