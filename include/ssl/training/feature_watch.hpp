// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/evaluation/diagnostics.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"
#include "ssl/training/progress.hpp"

namespace ssl::training {

struct feature_watch_options {
  index images = 512;      ///< looked at, evenly spread over the data set; fewer where it has fewer
  index every_epochs = 1;  ///< 0: not at the ends of epochs
  index every_steps = 0;   ///< 0: not at steps
};

/// An observer that looks at the features of some images and sees a collapse, which a falling loss hides.
///
///     ssl::training::feature_watch watch{p, images};
///     ssl::training::train(p, images, {.epochs = 100}, watch, ssl::training::progress_bar{});   // before those that show it
///
/// Measures by the encoder that the objective exports, in evaluation mode, and always at the end of a training that did not fail.
/// Pipeline and data set must outlive it.
/// Formula  feature_std: evaluation::feature_std; effective_rank, collapsed: those of evaluation::check_collapse. Features that
/// are
///          not finite count as collapsed, with both numbers NaN
/// Errors   E602, E603 (images); E850 (options outside their ranges, fewer than 2 images)
/// Cost     forward passes of the images, and a singular value decomposition, about 2 max(N, D) min(N, D)^2; memory of a
///          frozen_encoder for 64 images
template <class Run, dataset D>
class feature_watch {
  using scalar = typename Run::scalar;

 public:
  feature_watch(pipeline<Run>& p, D const& images, feature_watch_options const& options = {})
      : pipeline_(p), images_(images), options_(options), encoder_(p.context()) {
    index const size = images.size(), count = std::min(options.images, size);
    if (count < 2 || options.every_epochs < 0 || options.every_steps < 0)
      throw composition_error(
          850, "feature_watch: expected at least 2 images and `every_epochs`, `every_steps` of at least 0; found " +
                   std::to_string(count) + ", " + std::to_string(options.every_epochs) + ", " +
                   std::to_string(options.every_steps));
    if constexpr (requires { Run::augmentation::statistics(p.options().augmentation); })
      encoder_.statistics() = Run::augmentation::statistics(p.options().augmentation);
    for (index i = 0; i < count; ++i) sample_.push_back(i * size / count);
    features_ = evaluation::basic_embeddings<scalar>({sample_.size(), static_cast<std::size_t>(encoder_.width)});
  }
  feature_watch(pipeline<Run>&, D&&, feature_watch_options const& = {}) = delete;

  void step(progress& now) {
    if (options_.every_steps > 0 && now.step % options_.every_steps == 0) measure(now);
  }
  void epoch(progress& now) {
    if (options_.every_epochs > 0 && now.epoch() % options_.every_epochs == 0) measure(now);
  }
  void end(progress& now) {
    if (now.result != outcome::failed) measure(now);
  }

 private:
  static constexpr int images_at_once = 64;

  void measure(progress& now) {
    if (now.features && now.features->step == now.step) return;
    compute_features();
    bool const finite = std::all_of(features_.begin(), features_.end(), [](scalar v) { return std::isfinite(v); });
    if (!finite) {
      now.features = {.step = now.step,
                      .feature_std = progress::unknown,
                      .healthy_std = 1 / std::sqrt(static_cast<double>(encoder_.width)),
                      .effective_rank = progress::unknown,
                      .collapsed = true};
      return;
    }
    evaluation::collapse_check const c = evaluation::check_collapse(features_);
    now.features = {.step = now.step,
                    .feature_std = c.feature_std,
                    .healthy_std = c.healthy_std,
                    .effective_rank = c.rank,
                    .collapsed = c.collapsed()};
  }

  void compute_features() {
    encoder_.set_weights(pipeline_.exported());
    image_view pictures[images_at_once];
    index const count = static_cast<index>(sample_.size());
    for (index first = 0; first < count; first += images_at_once) {
      int const here = static_cast<int>(std::min(count - first, index{images_at_once}));
      for (int i = 0; i < here; ++i) pictures[i] = images_.image(sample_[static_cast<std::size_t>(first + i)]);
      encoder_.features(pictures, here, features_.data() + first * encoder_.width);
    }
  }

  pipeline<Run>& pipeline_;
  D const& images_;
  feature_watch_options options_;
  frozen_of<Run, images_at_once> encoder_;
  std::vector<index> sample_;
  evaluation::basic_embeddings<scalar> features_;
};

}  // namespace ssl::training
