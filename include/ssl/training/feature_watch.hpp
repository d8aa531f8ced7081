// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/data/in_memory.hpp"
#include "ssl/evaluation/diagnostics.hpp"
#include "ssl/evaluation/features.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"
#include "ssl/training/progress.hpp"

namespace ssl::training {

struct feature_watch_options {
  index images = 512;      ///< looked at, evenly spread over the data set; all where it has fewer
  index every_epochs = 1;  ///< 0: not at the ends of epochs
  index every_steps = 0;   ///< 0: not at steps
};

namespace detail {

template <dataset D>
data::selection<D> evenly_spread(D const& images, index count) {
  std::vector<index> chosen;
  for (index i = 0; i < count; ++i) chosen.push_back(i * images.size() / count);
  return {images, std::move(chosen)};
}

/// `best_std`: the largest feature_std so far; raised here.
template <class Scalar>
feature_summary summarise(evaluation::basic_embeddings<Scalar> const& features, index step, double& best_std) {
  if (!std::all_of(features.begin(), features.end(), [](Scalar v) { return std::isfinite(v); })) {
    double const healthy = 1 / std::sqrt(static_cast<double>(features.shape(1)));
    return {.step = step,
            .feature_std = progress::unknown,
            .healthy_std = healthy,
            .effective_rank = progress::unknown,
            .collapsed = true};
  }
  evaluation::collapse_check const c = evaluation::check_collapse(features);
  best_std = std::max(best_std, c.feature_std);
  bool const fell = c.feature_std < 0.5 * best_std;
  return {.step = step,
          .feature_std = c.feature_std,
          .healthy_std = c.healthy_std,
          .effective_rank = c.rank,
          .collapsed = c.dimensional || (c.complete && fell)};
}

}  // namespace detail

/// An observer that looks at the features of some images and sees a collapse, which a falling loss hides.
///
///     ssl::training::feature_watch watch{p, images};
///     ssl::training::train(p, images, {.epochs = 100}, watch, ssl::training::progress_bar{});   // before those that show it
///
/// Looks through the encoder that the objective exports, in evaluation mode: at the start, as often as asked, and at the end of a
/// training that did not fail. Pipeline and data set must outlive it.
///
/// Formula  feature_std: evaluation::feature_std; effective_rank: rank of evaluation::check_collapse; collapsed: its
///          `dimensional`, or its `complete` with a deviation below half the best seen so far. A fresh encoder's features, all
///          positive behind a ReLU, lie close together without having collapsed. Features that are not finite have, with both
///          numbers NaN
/// Errors   E602, E603 (images); E850 (options outside their ranges, fewer than 2 images)
/// Cost     forward passes of the images, and a singular value decomposition, about 2 max(N, D) min(N, D)^2; memory of a
///          frozen_encoder for 64 images
template <class Run, dataset D>
class feature_watch {
 public:
  feature_watch(pipeline<Run>& p, D const& images, feature_watch_options const& options = {})
      : pipeline_(p),
        options_(options),
        sample_(detail::evenly_spread(images, std::min<index>(options.images, images.size()))),
        encoder_(p.context()) {
    if (sample_.size() >= 2 && options.every_epochs >= 0 && options.every_steps >= 0) return;
    throw composition_error(850,
                            "feature_watch: expected at least 2 images, and every_epochs and every_steps of at least 0; found " +
                                std::to_string(sample_.size()) + ", " + std::to_string(options.every_epochs) + " and " +
                                std::to_string(options.every_steps));
  }
  feature_watch(pipeline<Run>&, D&&, feature_watch_options const& = {}) = delete;

  void begin(progress const& now) { seen_at(now.step); }
  void step(progress& now) {
    if (options_.every_steps > 0 && now.step % options_.every_steps == 0) look(now);
  }
  void epoch(progress& now) {
    if (options_.every_epochs > 0 && now.epoch() % options_.every_epochs == 0) look(now);
  }
  void end(progress& now) {
    if (now.result != outcome::failed) look(now);
  }

 private:
  void look(progress& now) {
    if (!now.features || now.features->step != now.step) now.features = seen_at(now.step);
  }
  feature_summary seen_at(index step) {
    freeze(pipeline_, encoder_);
    return detail::summarise(evaluation::features(encoder_, sample_), step, best_std_);
  }

  pipeline<Run>& pipeline_;
  feature_watch_options options_;
  data::selection<D> sample_;
  frozen_of<Run, 64> encoder_;
  double best_std_ = 0;
};

}  // namespace ssl::training
