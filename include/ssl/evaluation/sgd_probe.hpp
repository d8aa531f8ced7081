// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "ssl/data/epoch_order.hpp"
#include "ssl/evaluation/accuracy.hpp"
#include "ssl/evaluation/detail/trained_classifier.hpp"
#include "ssl/evaluation/linear_map.hpp"
#include "ssl/optimizers/sgd.hpp"

/// \file
/// The published protocol of linear evaluation: a linear classifier trained by steps on frozen features. `linear_probe` finds the
/// optimum of the same loss instead and needs no learning rate; this one compares with papers.
namespace ssl::evaluation {

/// What the classifier sees.
enum class probe_input {
  as_given,
  batch_norm  ///< a batch norm without scale and shift before it: MAE
};

template <class Optimizer = optimizers::sgd<>>
struct sgd_probe_options {
  index epochs = 100;
  index batch = 256;
  double learning_rate = 0.1;  ///< as given: no scaling by the batch
  index warmup_epochs = 0;
  probe_input input = probe_input::as_given;
  typename Optimizer::options optimizer{};  ///< its learning rate is replaced by the probe's
  std::uint64_t seed = 1;
};

struct sgd_probe_result {
  double train_accuracy;
  double test_accuracy;
  double test_top5;
  double loss;            ///< mean over the last epoch, before each step
  labels predicted;       ///< (N), of the test rows
  linear_map classifier;  ///< for features as they were given: the batch norm is folded in
};

namespace detail {

/// Batch norm without scale and shift, with torch's running statistics.
template <class Scalar>
struct input_norm {
  static constexpr double epsilon = 1e-6, momentum = 0.1;
  Eigen::RowVectorX<Scalar> mean, variance;  // running

  explicit input_norm(index width)
      : mean(Eigen::RowVectorX<Scalar>::Zero(width)), variance(Eigen::RowVectorX<Scalar>::Ones(width)) {}

  void normalise(matrix<Scalar>& rows) {
    Eigen::RowVectorX<Scalar> const centre = rows.colwise().mean();
    rows.rowwise() -= centre;
    Eigen::RowVectorX<Scalar> const squares = rows.colwise().squaredNorm();
    Scalar const count = static_cast<Scalar>(rows.rows()), taken = Scalar(momentum);
    rows.array().rowwise() /= (squares.array() / count + Scalar(epsilon)).sqrt();
    mean += taken * (centre - mean);
    variance += taken * (squares / (count - 1) - variance);
  }
};

/// The classifier for features as given.
template <class Scalar>
linear_map folded(Eigen::Map<matrix<Scalar> const> const& weights, Eigen::Map<Eigen::VectorX<Scalar> const> const& bias,
                  input_norm<Scalar> const& norm, probe_input input) {
  matrix<double> w = weights.template cast<double>();
  Eigen::VectorXd b = bias.template cast<double>();
  if (input == probe_input::batch_norm) {
    w.array().rowwise() /= (norm.variance.template cast<double>().array() + input_norm<Scalar>::epsilon).sqrt();
    b -= w * norm.mean.transpose().template cast<double>();
  }
  linear_map map{.weights = make_embeddings<double>(w.rows(), w.cols()), .bias = vector_of(b)};
  view(map.weights) = w;
  return map;
}

inline void check_sgd_probe(index epochs, index batch, index rows, bool normalises) {
  index const least = normalises ? 2 : 1;
  if (epochs >= 1 && batch >= least && batch <= rows) return;
  throw composition_error(840, "sgd_probe: expected at least one epoch and a batch of " + std::to_string(least) + " to " +
                                   std::to_string(rows) + " labelled rows; found " + std::to_string(epochs) + " and " +
                                   std::to_string(batch));
}

}  // namespace detail

/// Trains a linear classifier on the labelled rows of one set by steps of an optimizer, and counts on another.
///
/// Formula      softmax cross-entropy, mean over each batch; the rate rises linearly over the warm-up, then falls by half a cosine
///              to 0. Weights begin at N(0, 0.01^2), the bias at 0
/// Shapes       features: (N, D); classes: (N). Each epoch has its own order; the last partial batch is dropped
/// Errors       E640 sizes; E641 no label; E642 label below -1; E643 a value that is not finite; E840 an option
/// Cost         4 N D K an epoch in the scalar of the features, in one thread; memory of one batch
/// Source       Chen et al. 2020 (SimCLR), appendix B.6; He et al. 2021 (MAE), appendix A.1, with lars<>, 90 epochs, a warm-up of
///              10, a rate of 0.1 batch / 256 and probe_input::batch_norm
template <class Optimizer = optimizers::sgd<>, class Scalar>
sgd_probe_result sgd_probe(basic_embeddings<Scalar> const& train, labels const& train_labels,
                           basic_embeddings<Scalar> const& test, labels const& test_labels,
                           sgd_probe_options<Optimizer> const& options = {}) {
  detail::check_features(train, "the training features");
  detail::check_features(test, "the test features");
  detail::check_same_width(train, test, "training and test features");
  detail::labelled_rows(static_cast<index>(test.shape(0)), test_labels, "the test set");
  std::vector<index> const labelled = detail::labelled_rows(static_cast<index>(train.shape(0)), train_labels, "the training set");
  bool const normalises = options.input == probe_input::batch_norm;
  index const samples = static_cast<index>(labelled.size()), width = static_cast<index>(train.shape(1));
  detail::check_sgd_probe(options.epochs, options.batch, samples, normalises);

  index const per_epoch = samples / options.batch;
  typename Optimizer::options optimizer = options.optimizer;
  optimizer.learning_rate = warmup_cosine{
      .peak = options.learning_rate, .warmup_steps = options.warmup_epochs * per_epoch, .steps = options.epochs * per_epoch};
  detail::trained_classifier<Optimizer, Scalar> classifier(detail::number_of_classes(train_labels), width, options.seed);
  detail::input_norm<Scalar> norm(width);
  double loss = 0;
  detail::in_one_thread([&] {
    detail::matrix<Scalar> normal(normalises ? options.batch : 0, width);
    std::vector<std::uint32_t> order(labelled.size());
    for (index epoch = 0; epoch < options.epochs; ++epoch) {
      data::epoch_order(options.seed, static_cast<std::uint32_t>(epoch), order);
      loss = 0;
      for (index batch = 0; batch < per_epoch; ++batch) {
        auto const row = [&](index i) { return labelled[order[static_cast<std::size_t>(batch * options.batch + i)]]; };
        auto const step = [&](auto const& sample) {
          return classifier.step(optimizer, epoch * per_epoch + batch, options.batch, sample,
                                 [&](index i) { return train_labels(row(i)); });
        };
        if (normalises) {
          for (index i = 0; i < options.batch; ++i) normal.row(i) = detail::view(train).row(row(i));
          norm.normalise(normal);
          loss += step([&](index i) { return normal.data() + i * width; });
        } else {
          loss += step([&](index i) { return train.data() + row(i) * width; });
        }
      }
      loss /= static_cast<double>(per_epoch);
    }
  });
  linear_map map = detail::folded(classifier.weights(), classifier.bias(), norm, options.input);
  auto const scores = map.outputs(test);
  return {.train_accuracy = top_k_accuracy(map.outputs(train), train_labels, 1),
          .test_accuracy = top_k_accuracy(scores, test_labels, 1),
          .test_top5 = top_k_accuracy(scores, test_labels, 5),
          .loss = loss,
          .predicted = best_class(scores),
          .classifier = std::move(map)};
}

}  // namespace ssl::evaluation
