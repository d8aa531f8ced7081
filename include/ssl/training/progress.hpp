// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <limits>
#include <optional>
#include <string>

#include "ssl/core/shape.hpp"

namespace ssl::training {

enum class outcome {
  running,
  finished,  ///< all steps were taken
  stopped,   ///< an observer asked for it
  failed     ///< an exception is on its way out
};

/// What a look at the features of some images said.
struct feature_summary {
  index step = 0;             ///< steps taken when they were measured
  double feature_std = 0;     ///< mean deviation of the L2-normalised features: healthy_std at best, 0 when collapsed
  double healthy_std = 0;     ///< 1 / sqrt(D)
  double effective_rank = 0;  ///< directions in which the samples differ
  bool collapsed = false;
};

/// How well the encoder tells classes apart, on labelled images.
struct accuracy_summary {
  index step = 0;  ///< steps taken when it was measured
  std::optional<double> knn = std::nullopt;
  std::optional<double> linear_probe = std::nullopt;
};

/// Where a training is. The one record that the loop and its observers share: each observer sees what those before it wrote.
struct progress {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  index first_step = 0;  ///< steps that the pipeline had taken before
  index last_step = 0;   ///< steps that it will have taken at the end
  index steps_per_epoch = 1;
  int images_per_step = 0;
  int views_per_step = 0;
  index images = 0;  ///< in the data set

  index step = 0;                                      ///< steps the pipeline has taken, those before first_step included
  double loss = unknown;                               ///< of the last step
  double epoch_loss = unknown;                         ///< mean over the steps of this epoch, as far as this training took them
  std::optional<double> learning_rate = std::nullopt;  ///< of the last step, where the optimizer has one
  double seconds = 0;                                  ///< since the beginning, observers included
  double images_per_second = 0;                        ///< in the last seconds; 0 before the first step
  outcome result = outcome::running;

  std::optional<feature_summary> features = std::nullopt;   ///< written by an observer: the newest
  std::optional<accuracy_summary> accuracy = std::nullopt;  ///< the same
  std::string checkpoint{};                                 ///< written by an observer: the newest file to go on from
  bool stop = false;                                        ///< written by an observer: take no further step

  /// The epoch that the last step belongs to, counted from 1; before the first step the epoch that begins, if one does.
  index epoch() const {
    bool const one_begins = step == first_step && step < last_step;
    return (one_begins || step == 0 ? step : step - 1) / steps_per_epoch + 1;
  }
  /// The number of the last epoch; it may be cut short.
  index epochs() const { return (last_step + steps_per_epoch - 1) / steps_per_epoch; }
  bool epoch_is_complete() const { return step > first_step && step % steps_per_epoch == 0; }
};

}  // namespace ssl::training
