// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <string>
#include <utility>
#include <vector>

#include "ssl/augmentations/with_classes.hpp"
#include "ssl/evaluation/features.hpp"
#include "ssl/evaluation/linear_map.hpp"
#include "ssl/objectives/supervised.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/training/train.hpp"

/// \file
/// Fine-tuning: the whole encoder and a linear classifier learn from labelled images, from a trained encoder's weights on.
///
///     using tuned = ssl::evaluation::fine_tuning<my_run, ssl::objectives::supervised_config{.classes = 10}, my_one_view>;
///     ssl::pipeline<tuned> p{threads, {.optimizer = {.learning_rate = 1e-3, .weight_decay = 0.05, .layers = {.decay = 0.65}}}};
///     ssl::evaluation::start_from(p, ssl::frozen_of<my_run, 1>{threads, "encoder.safetensors"});
///     auto result = ssl::evaluation::fine_tune(p, train_set, test_set, {.epochs = 100});
namespace ssl::evaluation {

/// The run that fine-tunes the encoder of another one, on its backend and with its image size.
///
/// Augmentation  as for a training; its normalisation should be that which the encoder was trained with
/// Encoder       that of the run, or one with the same parameters: with drop path, say, or with the mean of the patches where the run's
///               gives the class token
template <class Run, objectives::supervised_config Config, class Augmentation, class Optimizer = optimizers::adamw,
          int Batch = Run::batch, class Encoder = typename Run::encoder>
using fine_tuning = compose<Encoder, augmentations::with_classes<Augmentation>, objectives::supervised<Config>, Optimizer,
                            typename Run::backend, Run::image, Batch, typename Run::scalar>;

namespace detail {

/// Puts values at the beginning of what a pipeline holds: there the encoder lies.
template <class Run>
void put_first(pipeline<Run>& p, array which, std::vector<typename Run::scalar> const& values) {
  std::vector<typename Run::scalar> all(static_cast<std::size_t>(p.elements(which)));
  p.read(which, all.data());
  std::copy(values.begin(), values.end(), all.begin());
  p.write(which, all.data());
}

/// The classifier of a supervised run, as a map of the encoder's features.
template <class Run>
linear_map classifier_of(pipeline<Run>& p) {
  std::vector<typename Run::scalar> values(static_cast<std::size_t>(p.elements(array::parameters)));
  p.read(array::parameters, values.data());
  linear_map map;
  for (block_info const& b : inventory<Run>(block_set::parameters)) {
    auto const* const from = values.data() + b.offset;
    if (b.name == "classifier.weight") {
      map.weights = make_embeddings<double>(b.extents[0], b.extents[1]);
      std::copy_n(from, b.elements, map.weights.begin());
    } else if (b.name == "classifier.bias") {
      map.bias = xt::xtensor<double, 1>({static_cast<std::size_t>(b.elements)}, 0.0);
      std::copy_n(from, b.elements, map.bias.begin());
    }
  }
  return map;
}

}  // namespace detail

/// Gives the encoder of a pipeline the weights of a trained one, which has the same parameters in the same order. Everything else stays
/// as it was drawn.
template <class Run, class Frozen>
void start_from(pipeline<Run>& p, Frozen const& encoder) {
  static_assert(facts::same_blocks(block_table_of<typename Run::encoder, Run::image, run_environment<Run>>,
                                   block_table_of<typename Frozen::encoder, Frozen::image, run_environment<Run>>),
                "the encoders have other parameters");
  auto const weights = encoder.weights();
  detail::put_first(p, array::parameters, weights.parameters);
  detail::put_first(p, array::buffers, weights.buffers);
}

struct fine_tune_result {
  training::report training;
  double test_accuracy;
  double test_top5;
  labels predicted;  ///< (N), of the test images
};

/// What a supervised pipeline says about a data set: logits, (N, K). Images as they are, normalised as the augmentation does.
template <class Run, dataset D>
basic_embeddings<double> classify(pipeline<Run>& p, D const& images) {
  frozen_of<Run, 64> encoder(p.context());
  freeze(p, encoder);
  return detail::classifier_of(p).outputs(features(encoder, images));
}

/// Trains a supervised pipeline from where it stands, and counts on another set.
///
/// Errors  those of training::train; E641 (no label in the test set)
/// Cost    that of the training; memory of the test images' features
/// Source  He et al. 2021 (MAE), appendix A.1: AdamW, rates that fall by 0.65 a layer (ViT-B), a warm-up of 5 of 100 epochs.
///         Deviation: no mixing of images, no drop path, unless the augmentation and the encoder have them
template <class Run, labelled_dataset Train, labelled_dataset Test, training::observer... Observers>
fine_tune_result fine_tune(pipeline<Run>& p, Train const& train, Test const& test, training::train_options const& options,
                           Observers&&... observers) {
  auto const report = training::train(p, train, options, std::forward<Observers>(observers)...);
  auto const scores = classify(p, test);
  auto const classes = labels_of(test);
  return {.training = report,
          .test_accuracy = top_k_accuracy(scores, classes, 1),
          .test_top5 = top_k_accuracy(scores, classes, 5),
          .predicted = best_class(scores)};
}

}  // namespace ssl::evaluation
