// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <Eigen/Cholesky>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ssl/evaluation/accuracy.hpp"
#include "ssl/evaluation/detail/minimise.hpp"
#include "ssl/evaluation/linear_map.hpp"
#include "ssl/evaluation/standardise.hpp"

/// \file
/// Multinomial logistic regression to its optimum: what a linear classifier can read from frozen features.
namespace ssl::evaluation {

struct linear_probe_options {
  double penalty = 5e-4;             ///< weight of |W|^2 beside the mean cross-entropy; scikit-learn's C is 1 / (2 penalty N)
  bool standardise = true;           ///< by the mean and deviation of the labelled training rows
  double gradient_tolerance = 1e-5;  ///< Euclidean norm of the gradient at which the fit has converged
  int max_iterations = 1000;
};

/// A fitted linear classifier. Weights and bias act on features as they were given: standardisation is folded in.
struct linear_classifier {
  basic_embeddings<double> weights;  ///< (K, D)
  xt::xtensor<double, 1> bias;       ///< (K), of mean 0: a constant added to all changes nothing
  double loss;                       ///< mean cross-entropy + penalty |W|^2, W on the (standardised) features
  double cross_entropy;              ///< mean over the labelled training rows
  double gradient_norm;              ///< of the loss, where the fit ended
  int iterations;
  bool converged;  ///< gradient_norm reached the tolerance

  /// Logits (N, K) of features (N, D). Errors: E640 another number of columns.
  template <class Scalar>
  basic_embeddings<double> scores(basic_embeddings<Scalar> const& features) const {
    return detail::affine(features, weights, bias);
  }
};

struct linear_probe_result {
  double train_accuracy;
  double test_accuracy;
  double test_top5;
  labels predicted;  ///< (N), of the test rows
  linear_classifier classifier;
};

namespace detail {

/// Mean cross-entropy of softmax(W^T X) plus penalty |W|^2: a sample a column of X. The last row of X is 1, that of W is
/// the bias, which is not penalised.
///
/// A template, so that only those who fit a classifier compile it.
template <class Matrix>
class softmax_regression {
 public:
  softmax_regression(Matrix samples, std::vector<std::int32_t> classes, index number_of_classes, double penalty)
      : samples_(std::move(samples)), classes_(std::move(classes)), number_of_classes_(number_of_classes), penalty_(penalty) {}

  Matrix start() const { return Matrix::Zero(samples_.rows(), number_of_classes_); }

  evaluated_point operator()(Matrix const& weights) const {
    std::array<Matrix, parts> gradients;  // summed in a fixed order, so the bits do not depend on the number of threads
    std::array<double, parts> losses{};
    for_each_block(parts, 1, [&](index part, index) {
      auto const slot = static_cast<std::size_t>(part);
      gradients[slot] = Matrix::Zero(weights.rows(), weights.cols());
      index const end = (part + 1) * samples_.cols() / parts;
      for (index first = part * samples_.cols() / parts; first < end; first += at_once)
        losses[slot] += add_samples(first, std::min(at_once, end - first), weights, gradients[slot]);
    });
    evaluated_point result{weights, gradients[0], losses[0]};
    for (std::size_t part = 1; part < parts; ++part) {
      result.gradient += gradients[part];
      result.value += losses[part];
    }
    auto const width = weights.rows() - 1;
    double const share = 1.0 / static_cast<double>(samples_.cols());
    result.gradient *= share;
    result.gradient.topRows(width) += 2 * penalty_ * weights.topRows(width);
    result.value = result.value * share + penalty_ * weights.topRows(width).squaredNorm();
    return result;
  }

  /// An upper bound of the second derivatives, one matrix for all classes: a sample with probabilities p adds
  /// (diag(p) - p p^T) (x) x x^T, and the largest eigenvalue of diag(p) - p p^T is at most its trace 1 - |p|^2. So steps are few
  /// however correlated and differently scaled the features are, and samples that are well told apart count little.
  Eigen::LLT<Matrix> curvature(Matrix const& weights) const {
    Eigen::VectorXd share(samples_.cols());
    for_each_block(samples_.cols(), at_once, [&](index first, index count) {
      share.segment(first, count) = (1 - (2 * log_probabilities(first, count, weights).array()).exp().colwise().sum()).max(0);
    });
    share /= static_cast<double>(samples_.cols());

    Matrix bound = Matrix::Zero(samples_.rows(), samples_.rows());  // only its lower triangle is computed
    for_each_block(bound.cols(), at_once, [&](index column, index width) {
      index const height = bound.rows() - column;
      for (index first = 0; first < samples_.cols(); first += at_once) {
        index const count = std::min(at_once, samples_.cols() - first);
        Matrix const weighted = samples_.block(column, first, width, count) * share.segment(first, count).asDiagonal();
        bound.block(column, column, height, width).noalias() +=
            samples_.block(column, first, height, count) * weighted.transpose();
      }
    });
    bound.diagonal().array() += 2 * penalty_ + 1e-9 * bound.diagonal().mean();  // positive also where features are dependent
    Eigen::LLT<Matrix> factors;
    in_one_thread([&] { factors.compute(bound); });
    return factors;
  }

 private:
  static constexpr index parts = 16;
  static constexpr index at_once = 64;

  /// Of some samples, (K, count): log softmax of their logits.
  Matrix log_probabilities(index first, index count, Matrix const& weights) const {
    Matrix logits = weights.transpose() * samples_.middleCols(first, count);
    logits.rowwise() -= Eigen::RowVectorXd(logits.colwise().maxCoeff());
    logits.rowwise() -= Eigen::RowVectorXd(logits.array().exp().colwise().sum().log());
    return logits;
  }

  /// Adds to the gradient, and returns the sum of the cross-entropies.
  double add_samples(index first, index count, Matrix const& weights, Matrix& gradient) const {
    Matrix const logs = log_probabilities(first, count, weights);
    Matrix by_logits = logs.array().exp();
    double loss = 0;
    for (index sample = 0; sample < count; ++sample) {
      auto const truth = classes_[static_cast<std::size_t>(first + sample)];
      loss -= logs(truth, sample);
      by_logits(truth, sample) -= 1;
    }
    gradient.noalias() += samples_.middleCols(first, count) * by_logits.transpose();
    return loss;
  }

  Matrix samples_;  // (D + 1, N)
  std::vector<std::int32_t> classes_;
  index number_of_classes_;
  double penalty_;
};

/// Labelled rows as samples, standardised, in double.
template <class Scalar>
softmax_regression<Eigen::MatrixXd> make_regression(basic_embeddings<Scalar> const& features, std::vector<index> const& labelled,
                                                    labels const& classes, standardisation const& by, double penalty) {
  index const width = static_cast<index>(features.shape(1));
  Eigen::Map<Eigen::RowVectorXd const> const mean(by.mean.data(), width);
  auto const scale = scale_of(by);
  Eigen::MatrixXd samples(width + 1, static_cast<index>(labelled.size()));
  std::vector<std::int32_t> kept;
  kept.reserve(labelled.size());
  for (index const row : labelled) {
    auto sample = samples.col(static_cast<index>(kept.size())).transpose();
    sample.head(width) = (view(features).row(row).template cast<double>() - mean).cwiseProduct(scale);
    sample(width) = 1;
    kept.push_back(classes(row));
  }
  return {std::move(samples), std::move(kept), number_of_classes(classes), penalty};
}

/// The classifier for features as given, from weights for standardised ones.
inline linear_classifier fold(minimum const& fit, standardisation const& by, double penalty) {
  index const width = static_cast<index>(by.mean.size()), classes = fit.at.x.cols();
  auto const penalised = fit.at.x.topRows(width);
  linear_classifier result{.weights = make_embeddings<double>(classes, width),
                           .bias = xt::xtensor<double, 1>({static_cast<std::size_t>(classes)}, 0.0),
                           .loss = fit.at.value,
                           .cross_entropy = fit.at.value - penalty * penalised.squaredNorm(),
                           .gradient_norm = fit.gradient_norm,
                           .iterations = fit.iterations,
                           .converged = fit.converged};
  matrix<double> const weights = penalised.transpose() * scale_of(by).asDiagonal();
  Eigen::VectorXd bias = fit.at.x.row(width).transpose();
  bias -= weights * Eigen::Map<Eigen::VectorXd const>(by.mean.data(), width);
  bias.array() -= bias.mean();
  std::copy_n(weights.data(), weights.size(), result.weights.begin());
  std::copy_n(bias.data(), bias.size(), result.bias.begin());
  return result;
}

}  // namespace detail

/// Fits the classifier that minimises the mean cross-entropy + penalty |W|^2 over the labelled rows; the bias is free.
///
/// Formula      L(W, b) = 1/N sum_i -log softmax(W x_i + b)[class_i] + penalty |W|^2. With penalty > 0 the minimum is unique
/// Shapes       features: (N, D); classes: (N)
/// Units        where the fit converged, L is within about gradient_tolerance^2 / (4 penalty) of its minimum: 5e-8 by default
/// Requires     penalty >= 0 (at 0 separable classes have no minimum: weights grow until the gradient is small); to
///              standardise N >= 2
/// Errors       E640 sizes; E641 no label; E642 label below -1; E643 a value that is not finite; E644 one row; E840 an option
/// Cost         4 N D K per iteration and N D^2 at the first, 8th, 32nd, 128th, ..., in double; memory 8 (N + 2 D) D bytes. Bits
///              independent of threads
/// Source       the optimum of scikit-learn's LogisticRegression with C = 1 / (2 penalty N); with two classes it penalises one
///              vector only, which is penalty = 1 / (C N) here. Where lambda / 2 |W|^2 is written, penalty is lambda / 2
template <class Scalar>
linear_classifier fit_linear_classifier(basic_embeddings<Scalar> const& features, labels const& classes,
                                        linear_probe_options const& options = {}) {
  detail::check_features(features, "the training features");
  auto const labelled = detail::labelled_rows(static_cast<index>(features.shape(0)), classes, "the training set");
  if (!(options.penalty >= 0) || !(options.gradient_tolerance > 0) || options.max_iterations < 0)
    throw composition_error(840, "linear probe: expected penalty >= 0, gradient_tolerance > 0 and max_iterations >= 0; found " +
                                     detail::number(options.penalty) + ", " + detail::number(options.gradient_tolerance) +
                                     " and " + std::to_string(options.max_iterations));
  auto const by = options.standardise ? detail::standardisation_of_rows(features, labelled)
                                      : detail::identity_standardisation(static_cast<index>(features.shape(1)));
  auto const regression = detail::make_regression(features, labelled, classes, by, options.penalty);
  return detail::fold(detail::minimise(regression.start(), regression, options.gradient_tolerance, options.max_iterations), by,
                      options.penalty);
}

/// Fits on one set, counts on another: linear evaluation of frozen features. As `fit_linear_classifier`; both sets need labels.
template <class Scalar>
linear_probe_result linear_probe(basic_embeddings<Scalar> const& train, labels const& train_labels,
                                 basic_embeddings<Scalar> const& test, labels const& test_labels,
                                 linear_probe_options const& options = {}) {
  detail::check_features(test, "the test features");
  detail::check_same_width(train, test, "training and test features");
  detail::labelled_rows(static_cast<index>(test.shape(0)), test_labels, "the test set");
  auto classifier = fit_linear_classifier(train, train_labels, options);
  auto const scores = classifier.scores(test);
  return {.train_accuracy = top_k_accuracy(classifier.scores(train), train_labels, 1),
          .test_accuracy = top_k_accuracy(scores, test_labels, 1),
          .test_top5 = top_k_accuracy(scores, test_labels, 5),
          .predicted = best_class(scores),
          .classifier = std::move(classifier)};
}

}  // namespace ssl::evaluation
