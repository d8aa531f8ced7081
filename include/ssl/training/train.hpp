// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string>

#include "ssl/core/error.hpp"
#include "ssl/data/batcher.hpp"
#include "ssl/pipeline/pipeline.hpp"
#include "ssl/training/observer.hpp"

/// \file
/// The training loop.
namespace ssl::training {

/// All counts are totals over the life of a pipeline, so that the same options continue a training that was cut short.
///
/// One loader thread is the default since it suffices: on a core of an AVX-512 server two SimCLR views take 9 of the 392 us of
/// processor time that a ConvNet of width 16 needs for an image of 28x28x1, 51 of 545 at 32x32x3, 216 of 2170 at 64x64x3 with
/// blur. Where compute threads fill all cores the loader takes turns with them, for about the time that the views would take
/// between steps; where a core is free they cost nothing. More threads are for many more cores, or data sets that decode files.
struct train_options {
  index epochs = 1;
  index max_steps = std::numeric_limits<index>::max();  ///< end there, be it within an epoch
  int loader_threads = 1;                               ///< threads that augment images; 0: the calling thread, between the steps
  int prefetch = 2;                                     ///< batches made ahead; nothing with 0 loader threads
  int accumulate = 1;                                   ///< batches of one optimizer step, as pipeline::step says
};

struct report {
  outcome result = outcome::finished;
  index steps = 0;               ///< taken by this training
  index epochs = 0;              ///< completed by this training
  double seconds = 0;            ///< observers included
  double images_per_second = 0;  ///< over the whole training
  double views_per_second = 0;
  double final_loss = progress::unknown;                   ///< mean over the last epoch, as far as this training took its steps
  std::optional<feature_summary> features = std::nullopt;  ///< the newest, where an observer measured them
};

/// Steps in one epoch of a run: what schedules are counted in. The images of the last partial step are dropped.
template <class Run, dataset D>
index steps_per_epoch(D const& images, int accumulate = 1) {
  return static_cast<index>(images.size()) / (index{Run::batch} * accumulate);
}

namespace detail {

/// Images per second of the last seconds: older steps weigh less, by a factor of e in ten seconds.
class recent_speed {
 public:
  void add(double images, double seconds_now) {
    double const keep = std::exp((last_ - seconds_now) / 10);
    images_ = images_ * keep + images;
    seconds_ = seconds_ * keep + (seconds_now - last_);
    last_ = seconds_now;
  }
  double per_second() const { return seconds_ > 0 ? images_ / seconds_ : 0; }

 private:
  double images_ = 0, seconds_ = 0, last_ = 0;
};

inline void check(train_options const& o) {
  auto const at_least_one = [](char const* name, index value) {
    if (value < 1)
      throw composition_error(850, std::string("train: expected ") + name + " of at least 1, found " + std::to_string(value));
  };
  at_least_one("epochs", o.epochs);
  at_least_one("max_steps", o.max_steps);
  at_least_one("accumulate", o.accumulate);
}

template <class Run>
progress starting_point(pipeline<Run> const& p, index images, index steps_per_epoch, train_options const& o) {
  constexpr augmentations::view_layout layout = Run::augmentation::layout(Run::image);
  int views = 0;
  for (int g = 0; g < layout.groups; ++g) views += layout.group[g].views;
  index const last = o.epochs > o.max_steps / steps_per_epoch ? o.max_steps : o.epochs * steps_per_epoch;
  return {.first_step = p.steps(),
          .last_step = last,
          .steps_per_epoch = steps_per_epoch,
          .images_per_step = Run::batch * o.accumulate,
          .views_per_step = Run::batch * o.accumulate * views,
          .images = images,
          .step = p.steps()};
}

inline batch_input input_of(data::batch_buffers const& b) {
  batch_input input;
  std::copy(std::begin(b.views), std::end(b.views), input.views);
  std::copy(std::begin(b.labels), std::end(b.labels), input.labels);
  std::copy(std::begin(b.masks), std::end(b.masks), input.masks);
  return input;
}

template <class Run>
std::optional<double> learning_rate(pipeline<Run> const& p) {
  if constexpr (requires { p.options().optimizer.learning_rate.at(p.steps()); })
    return p.options().optimizer.learning_rate.at(p.steps());
  else
    return std::nullopt;
}

template <class Run, class Batches>
double step(pipeline<Run>& p, Batches& batches, int accumulate) {
  double loss = 0;
  for (int part = 0; part < accumulate; ++part) loss = p.step(input_of(batches.next()), {.part = part, .of = accumulate});
  return loss;
}

/// Takes the steps, and tells after each where the training is.
template <class Run, class Batches, class Told>
void run_steps(pipeline<Run>& p, Batches& batches, progress& now, int accumulate, Told const& told) {
  index const left_over = batches.steps_per_epoch() - now.steps_per_epoch * accumulate;
  auto const start = std::chrono::steady_clock::now();
  recent_speed speed;
  double loss_sum = 0;
  for (index in_epoch = 1; now.step < now.last_step && !now.stop; ++in_epoch) {
    now.learning_rate = learning_rate(p);
    now.loss = step(p, batches, accumulate);
    now.step = p.steps();
    now.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    speed.add(now.images_per_step, now.seconds);
    now.images_per_second = speed.per_second();
    loss_sum += now.loss;
    now.epoch_loss = loss_sum / static_cast<double>(in_epoch);
    told();
    if (!now.epoch_is_complete()) continue;
    in_epoch = 0, loss_sum = 0;
    if (now.step < now.last_step && !now.stop)
      for (index i = 0; i < left_over; ++i) batches.next();
  }
  now.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  now.result = now.step < now.last_step ? outcome::stopped : outcome::finished;
}

/// The error that is being handled, with the checkpoint to go on from, if there is one.
inline std::exception_ptr with_checkpoint(non_finite_error const& e, std::string const& checkpoint) {
  if (checkpoint.empty()) return std::current_exception();
  return std::make_exception_ptr(
      non_finite_error(e.code, e.step, e.layer, e.text + "; the last good checkpoint is " + checkpoint));
}

inline report report_of(progress const& end) {
  report r{.result = end.result,
           .steps = end.step - end.first_step,
           .epochs = end.step / end.steps_per_epoch - end.first_step / end.steps_per_epoch,
           .seconds = end.seconds,
           .final_loss = end.epoch_loss,
           .features = end.features};
  if (r.seconds > 0) {
    r.images_per_second = static_cast<double>(r.steps) * end.images_per_step / r.seconds;
    r.views_per_second = static_cast<double>(r.steps) * end.views_per_step / r.seconds;
  }
  return r;
}

}  // namespace detail

/// Trains a pipeline on the images of a data set, from the step at which it stands.
///
///     ssl::training::train(p, images, {.epochs = 100}, ssl::training::stop_on_interrupt{}, ssl::training::progress_bar{});
///
/// Ends when the pipeline has taken epochs * steps_per_epoch or max_steps steps in all, or when an observer asks for it; called
/// again it continues where it stood, to the same bits as without the break. Equal seeds give equal bits, whatever the threads.
/// After an exception the pipeline stands after its last whole step and can be trained on.
///
/// Errors   E850 (options outside their ranges), those of data::batcher (E601, E602, E603, E606), of pipeline::step (E901), and
///          what data set, augmentation and observers throw
/// Cost     memory of data::batcher; no allocation in a step after the first
template <class Run, dataset D, observer... Observers>
report train(pipeline<Run>& p, D const& images, train_options const& options = {}, Observers&&... observers) {
  if constexpr (failure_of<Run> != 0) {
    return {};  // the pipeline has said why it does not compose
  } else {
    detail::check(options);
    data::batcher<typename Run::augmentation, D> batches(
        images, Run::image, Run::batch, p.options().augmentation,
        {.threads = options.loader_threads, .prefetch = options.prefetch, .seed = p.options().seed});
    index const steps = steps_per_epoch<Run>(images, options.accumulate);
    if (steps < 1)
      throw data_error(601, "the data set has " + std::to_string(images.size()) + " images; expected at least " +
                                std::to_string(options.accumulate) + " batches of " + std::to_string(Run::batch) +
                                ", which make one step");
    progress now = detail::starting_point(p, images.size(), steps, options);
    if (now.step > 0) batches.seek(static_cast<std::uint32_t>(now.step / steps), now.step % steps * options.accumulate);

    int begun = 0;
    std::exception_ptr failure;
    try {
      ((detail::tell_begin(observers, now), ++begun), ...);
      detail::run_steps(p, batches, now, options.accumulate, [&] {
        (detail::tell_step(observers, now), ...);
        if (now.epoch_is_complete()) (detail::tell_epoch(observers, now), ...);
      });
    } catch (non_finite_error const& e) {
      now.result = outcome::failed;
      failure = detail::with_checkpoint(e, now.checkpoint);
    } catch (...) {
      now.result = outcome::failed;
      failure = std::current_exception();
    }
    if (std::exception_ptr const at_end = detail::tell_all_end(begun, now, observers...); !failure) failure = at_end;
    if (failure) std::rethrow_exception(failure);
    return detail::report_of(now);
  }
}

}  // namespace ssl::training
