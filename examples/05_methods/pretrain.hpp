// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <iostream>
#include <string>
#include <type_traits>

#include <ssl/data/batcher.hpp>
#include <ssl/io/encoder_file.hpp>
#include <ssl/training/checkpoints.hpp>
#include <ssl/training/metrics_file.hpp>
#include <ssl/training/progress_bar.hpp>
#include <ssl/training/stop_on_interrupt.hpp>
#include <ssl/training/train.hpp>

#include "encoders.hpp"
#include "judge.hpp"
#include "session.hpp"

/// \file
/// What a method's file includes. It names the run and its numbers, and ends with METHOD(name):
///
///     struct run : small_run {                                       // what it has from there it need not say
///       using augmentation = ...;  using objective = ...;  using optimizer = ...;
///       static ssl::run_options<run> recipe(training_length t) { return {...}; }
///       static void draw(ssl::pipeline<run>&, session const&) {...}  // further pictures, where the method has some
///     };
namespace methods {

/// What schedules are counted in.
struct training_length {
  ssl::index epoch;  ///< steps of one epoch
  ssl::index steps;  ///< of the whole training

  /// A tenth of the training rises to the peak, the rest falls by half a cosine.
  ssl::warmup_cosine rate(double peak) const { return {.peak = peak, .warmup_steps = steps / 10, .steps = steps}; }
};

/// Ends a training by the clock.
struct time_limit {
  double seconds;  ///< 0: none
  void step(ssl::training::progress& now) const {
    if (seconds > 0 && now.seconds >= seconds) now.stop = true;
  }
};

/// The statistics of the images for all chains of a run that does not say `own_normalisation`.
template <class Run>
void normalise_by(ssl::augmentations::channel_statistics const& s, ssl::run_options<Run>& o) {
  if constexpr (requires { Run::own_normalisation; })
    return;
  else if constexpr (requires { typename Run::augmentation::parts; })
    ssl::for_each_index<Run::augmentation::parts::size>(
        [&]<int I>() { o.augmentation.template chain<I>().template get<"normalise">() = s; });
  else
    o.augmentation.template get<"normalise">() = s;
}

/// What an augmentation does to the values of a view.
template <class Run>
ssl::augmentations::channel_statistics statistics_of(ssl::run_options<Run> const& o) {
  if constexpr (requires { Run::augmentation::statistics(o.augmentation); })
    return Run::augmentation::statistics(o.augmentation);
  else
    return {};
}

/// views.png: some images, a row for each, and the views that the augmentation made of them.
template <class Run>
void draw_views(session const& s, ssl::run_options<Run> const& options) {
  using augmentation = typename Run::augmentation;
  constexpr int shown = 8;
  constexpr auto layout = augmentation::layout(Run::image);
  auto const statistics = statistics_of(options);
  ssl::data::batcher<augmentation, pictures> batches(s.seen.train, Run::image, shown, options.augmentation,
                                                     {.threads = 0, .seed = s.asked.seed});
  auto const& batch = batches.next();
  ssl::data::image_grid grid({.enlarge = 3});
  for (int i = 0; i < shown; ++i) {
    grid.new_row();
    for (int g = 0; g < layout.groups; ++g) {
      ssl::shape const size = layout.group[g].size;
      for (int v = 0; v < layout.group[g].views; ++v) {
        ssl::data::decoded_image const view =
            ssl::data::picture_of_view(batch.views[g] + (v * shown + i) * size.elements(), size, statistics);
        grid.add(view);
      }
    }
  }
  s.write_picture("views.png", grid);
}

/// Trains one run, draws, saves and judges: all that is the same for every method.
template <class Run>
void pretrain(session const& s) {
  ssl::index const epoch = std::max<ssl::index>(1, ssl::training::steps_per_epoch<Run>(s.seen.train));
  ssl::run_options<Run> options = Run::recipe({.epoch = epoch, .steps = s.asked.epochs * epoch});
  options.seed = s.asked.seed;
  normalise_by(s.statistics, options);
  ssl::pipeline<Run> p{s.threads, options};
  draw_views<Run>(s, options);

  std::cout << s.asked.method << " on " << s.seen.train.size() << " images of " << s.asked.data << ", " << s.asked.epochs
            << " epochs of " << epoch << " steps, " << s.threads.threads() << " threads" << std::endl;
  ssl::training::checkpoints saves{
      p, s.asked.checkpoint_every > 0 || s.asked.resume ? s.file("checkpoints") : "", {.every_epochs = s.asked.checkpoint_every}};
  if (s.asked.resume) saves.resume();
  auto const training = ssl::training::train(p, s.seen.train, {.epochs = s.asked.epochs}, ssl::training::stop_on_interrupt{},
                                             time_limit{s.asked.seconds}, ssl::training::metrics_file{s.file("metrics.jsonl")},
                                             ssl::training::progress_bar{}, saves);
  ssl::io::save_encoder(p, s.file("encoder.safetensors"));
  if constexpr (requires { Run::draw(p, s); }) Run::draw(p, s);
  judge<typename Run::judged_encoder>(s, {.training = training,
                                          .images_seen = p.steps() * Run::batch,
                                          .weights = p.exported(),
                                          .statistics = statistics_of(options)});
}

}  // namespace methods

/// The function that the list of main.cpp calls.
#define METHOD(name)                                \
  namespace methods {                               \
  void name(session const& s) { pretrain<run>(s); } \
  }
