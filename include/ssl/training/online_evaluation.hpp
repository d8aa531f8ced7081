// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <optional>
#include <string>

#include "ssl/evaluation/features.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"
#include "ssl/training/progress.hpp"

namespace ssl::training {

struct online_evaluation_options {
  index every_epochs = 1;                                                       ///< 0: only at the end
  std::optional<evaluation::knn_options> knn = evaluation::knn_options{};       ///< absent: not measured
  std::optional<evaluation::linear_probe_options> linear_probe = std::nullopt;  ///< absent: not measured
};

/// An observer that judges the encoder while it is trained, by nearest neighbours and, where asked for, a linear probe.
///
///     ssl::training::online_evaluation judge{p, train_set, test_set, {.every_epochs = 10, .knn = knn_options{.k = 20}}};
///     ssl::training::train(p, images, {.epochs = 100}, judge, ssl::training::metrics_file{"metrics.jsonl"});  // judge first
///
/// Looks through the encoder that the objective exports, in evaluation mode, with images as they are: as often as asked, and at
/// the end of a training that did not fail. Pipeline and data sets must outlive it. A choice made by what it shows has seen the
/// test set: give it a part of the training set to choose by.
///
/// Errors  E602, E603 (images), E64x and E840 as evaluation::knn and linear_probe; E850 (every_epochs is negative)
/// Cost    of each look: forward passes of all images of both sets, and that of the evaluations; memory of their features and of
///         a frozen_encoder for 64 images
template <class Run, labelled_dataset Train, labelled_dataset Test>
class online_evaluation {
 public:
  online_evaluation(pipeline<Run>& p, Train const& train, Test const& test, online_evaluation_options const& options = {})
      : pipeline_(p), train_(train), test_(test), options_(options), encoder_(p.context()) {
    if (options.every_epochs < 0)
      throw composition_error(
          850, "online_evaluation: expected every_epochs of at least 0, found " + std::to_string(options.every_epochs));
  }
  online_evaluation(pipeline<Run>&, Train&&, Test const&, online_evaluation_options const& = {}) = delete;
  online_evaluation(pipeline<Run>&, Train const&, Test&&, online_evaluation_options const& = {}) = delete;

  void epoch(progress& now) {
    if (options_.every_epochs > 0 && now.epoch() % options_.every_epochs == 0) look(now);
  }
  void end(progress& now) {
    if (now.result != outcome::failed) look(now);
  }

 private:
  void look(progress& now) {
    if (now.accuracy && now.accuracy->step == now.step) return;
    freeze(pipeline_, encoder_);
    auto const bank = evaluation::features(encoder_, train_), queries = evaluation::features(encoder_, test_);
    auto const bank_labels = evaluation::labels_of(train_), query_labels = evaluation::labels_of(test_);
    now.accuracy = accuracy_summary{.step = now.step};
    if (options_.knn) now.accuracy->knn = evaluation::knn(bank, bank_labels, queries, query_labels, *options_.knn).accuracy;
    if (options_.linear_probe)
      now.accuracy->linear_probe =
          evaluation::linear_probe(bank, bank_labels, queries, query_labels, *options_.linear_probe).test_accuracy;
  }

  pipeline<Run>& pipeline_;
  Train const& train_;
  Test const& test_;
  online_evaluation_options options_;
  frozen_of<Run, 64> encoder_;
};

}  // namespace ssl::training
