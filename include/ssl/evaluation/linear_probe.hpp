// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <Eigen/Cholesky>
#include <array>

#include "ssl/evaluation/accuracy.hpp"
#include "ssl/evaluation/detail/minimise.hpp"
#include "ssl/evaluation/standardise.hpp"

/// \file
/// Multinomial logistic regression to its optimum: what a linear classifier can read from frozen features.
namespace ssl::evaluation {

struct linear_probe_options {
  double penalty = 5e-4;             ///< weight of |W|^2 beside the mean cross-entropy; scikit-learn's C is 1 / (2 penalty N)
  bool standardise = true;           ///< by the mean and deviation of the training rows
  double gradient_tolerance = 1e-7;  ///< Euclidean norm of the gradient at which the fit ends
  int max_iterations = 1000;
};

/// A fitted linear classifier. Weights and bias act on features as they were given: standardisation is folded in.
struct linear_classifier {
  xt::xtensor<double, 2> weights;  ///< (K, D)
  xt::xtensor<double, 1> bias;     ///< (K), of mean 0: a constant added to all changes nothing
  double loss;                     ///< mean cross-entropy + penalty |W|^2, W on the (standardised) features
  double cross_entropy;            ///< mean over the labelled training rows
  double gradient_norm;            ///< of the loss, where the fit ended
  int iterations;
  bool converged;                  ///< gradient_norm reached the tolerance

  /// Logits (N, K) of features (N, D). Errors: E640 another number of columns.
  template <class Scalar>
  basic_embeddings<double> scores(basic_embeddings<Scalar> const& features) const;
};

struct linear_probe_result {
  double train_accuracy;
  double test_accuracy;
  double test_top5;
  labels predicted;  ///< (N), of the test rows
  linear_classifier classifier;
};

namespace detail {

/// Mean cross-entropy of softmax(X W) plus penalty |W without its last row|^2, and its gradient. The last column of X is 1: the bias.
class softmax_regression {
 public:
  softmax_regression(matrix<double> rows, std::vector<std::int32_t> classes, index number_of_classes, double penalty)
      : rows_(std::move(rows)), classes_(std::move(classes)), number_of_classes_(number_of_classes), penalty_(penalty) {}

  Eigen::MatrixXd start() const { return Eigen::MatrixXd::Zero(rows_.cols(), number_of_classes_); }

  evaluated_point operator()(Eigen::MatrixXd const& weights) const {
    std::array<Eigen::MatrixXd, parts> gradients;  // summed in a fixed order, so the bits do not depend on the number of threads
    std::array<double, parts> losses{};
    for_each_block(parts, [&](index part) {
      auto const slot = static_cast<std::size_t>(part);
      gradients[slot] = Eigen::MatrixXd::Zero(weights.rows(), weights.cols());
      index const end = (part + 1) * rows_.rows() / parts;
      for (index first = part * rows_.rows() / parts; first < end; first += rows_at_once)
        losses[slot] += add_rows(first, std::min(rows_at_once, end - first), weights, gradients[slot]);
    });
    evaluated_point result{weights, gradients[0], losses[0]};
    for (std::size_t part = 1; part < parts; ++part) {
      result.gradient += gradients[part];
      result.value += losses[part];
    }
    auto const free_of_penalty = weights.rows() - 1;
    double const share = 1.0 / static_cast<double>(rows_.rows());
    result.gradient *= share;
    result.gradient.topRows(free_of_penalty) += 2 * penalty_ * weights.topRows(free_of_penalty);
    result.value = result.value * share + penalty_ * weights.topRows(free_of_penalty).squaredNorm();
    return result;
  }

  /// The second derivatives are at most (X^T X / N) / 2 + 2 penalty for every class (Boehning 1992): inverted, they make the number
  /// of steps independent of how correlated and how differently scaled the features are.
  Eigen::LLT<Eigen::MatrixXd> curvature() const {
    Eigen::MatrixXd bound = Eigen::MatrixXd::Zero(rows_.cols(), rows_.cols());
    Eigen::LLT<Eigen::MatrixXd> factors;
    in_one_thread([&] {
      bound.selfadjointView<Eigen::Lower>().rankUpdate(rows_.transpose(), 0.5 / static_cast<double>(rows_.rows()));
      bound.diagonal().array() += 2 * penalty_ + 1e-9 * bound.diagonal().mean();  // positive also where columns are dependent
      factors.compute(bound);
    });
    return factors;
  }

 private:
  static constexpr index parts = 16;
  static constexpr index rows_at_once = 128;

  double add_rows(index first, index count, Eigen::MatrixXd const& weights, Eigen::MatrixXd& gradient) const {
    auto const x = rows_.middleRows(first, count);
    Eigen::MatrixXd p = x * weights;  // (count, K): logits, then probabilities, then the loss's gradient by the logits
    Eigen::VectorXd const largest = p.rowwise().maxCoeff();
    p.colwise() -= largest;
    double loss = 0;
    for (index row = 0; row < count; ++row) loss -= p(row, classes_[static_cast<std::size_t>(first + row)]);
    p = p.array().exp();
    Eigen::VectorXd const sums = p.rowwise().sum();
    loss += sums.array().log().sum();
    p.array().colwise() /= sums.array();
    for (index row = 0; row < count; ++row) p(row, classes_[static_cast<std::size_t>(first + row)]) -= 1;
    gradient.noalias() += x.transpose() * p;
    return loss;
  }

  matrix<double> rows_;  // (N, D + 1)
  std::vector<std::int32_t> classes_;
  index number_of_classes_;
  double penalty_;
};

/// Labelled rows in double, standardised, with a last column of ones. A deviation of 0 leaves a column of zeros.
template <class Scalar>
softmax_regression make_regression(basic_embeddings<Scalar> const& features, std::vector<index> const& labelled, labels const& classes,
                                   standardisation const& by, double penalty) {
  index const width = static_cast<index>(features.shape(1));
  Eigen::Map<Eigen::RowVectorXd const> const mean(by.mean.data(), width), deviation(by.deviation.data(), width);
  Eigen::RowVectorXd const scale = (deviation.array() > 0).select(deviation.array().inverse(), 0.0);
  matrix<double> rows(static_cast<index>(labelled.size()), width + 1);
  std::vector<std::int32_t> kept(labelled.size());
  for (std::size_t i = 0; i < labelled.size(); ++i) {
    auto const row = static_cast<index>(i);
    rows.row(row).head(width) = (view(features).row(labelled[i]).template cast<double>() - mean).cwiseProduct(scale);
    rows(row, width) = 1;
    kept[i] = classes(labelled[i]);
  }
  return {std::move(rows), std::move(kept), number_of_classes(classes), penalty};
}

/// The classifier for features as given, from weights for standardised ones.
inline linear_classifier fold(minimum const& fit, standardisation const& by, double penalty) {
  auto const width = by.mean.size(), count = static_cast<std::size_t>(fit.at.x.cols());
  auto const& w = fit.at.x;
  double const penalised = penalty * w.topRows(w.rows() - 1).squaredNorm();
  linear_classifier result{xt::xtensor<double, 2>({count, width}, 0.0), xt::xtensor<double, 1>({count}, 0.0), fit.at.value,
                           fit.at.value - penalised, fit.gradient_norm, fit.iterations, fit.converged};
  for (std::size_t k = 0; k < count; ++k) {
    auto const column = static_cast<index>(k);
    result.bias(k) = w(w.rows() - 1, column) - w.row(w.rows() - 1).mean();
    for (std::size_t d = 0; d < width; ++d) {
      result.weights(k, d) = by.deviation(d) > 0 ? w(static_cast<index>(d), column) / by.deviation(d) : 0.0;
      result.bias(k) -= result.weights(k, d) * by.mean(d);
    }
  }
  return result;
}

}  // namespace detail

template <class Scalar>
basic_embeddings<double> linear_classifier::scores(basic_embeddings<Scalar> const& features) const {
  if (features.shape(1) != weights.shape(1))
    throw data_error(640, "the features have " + std::to_string(features.shape(1)) + " columns, the classifier " +
                              std::to_string(weights.shape(1)));
  auto result = detail::make_embeddings<double>(static_cast<index>(features.shape(0)), static_cast<index>(bias.size()));
  auto logits = detail::view(result);
  auto const rows = detail::view(features);
  Eigen::Map<detail::matrix<double> const> const w(weights.data(), logits.cols(), rows.cols());
  Eigen::Map<Eigen::RowVectorXd const> const b(bias.data(), logits.cols());
  constexpr index rows_at_once = 256;
  detail::for_each_block((rows.rows() + rows_at_once - 1) / rows_at_once, [&](index block) {
    index const first = block * rows_at_once, count = std::min(rows_at_once, rows.rows() - first);
    logits.middleRows(first, count).noalias() = rows.middleRows(first, count).template cast<double>() * w.transpose();
    logits.middleRows(first, count).rowwise() += b;
  });
  return result;
}

/// Fits the classifier that minimises the mean cross-entropy + penalty |W|^2 over the labelled rows; the bias is free.
///
/// Formula      L(W, b) = 1/N sum_i -log softmax(W x_i + b)[class_i] + penalty |W|^2. With a penalty above 0 the minimum is unique
/// Shapes       features: (N, D); classes: (N)
/// Requires     penalty >= 0 (at 0 separable classes have no minimum: the fit ends at max_iterations); N >= 2 to standardise
/// Errors       E640 sizes; E641 no label; E642 label below -1; E643 a value that is not finite; E644 one row; E840 an option
/// Cost         N D^2 once, then 4 N D K per iteration, in double; memory 8 N (D + 1) bytes. Bits independent of threads
/// Source       the optimum is that of scikit-learn's LogisticRegression with C = 1 / (2 penalty N); with two classes it penalises
///              one vector only, which is penalty = 1 / (C N) here
template <class Scalar>
linear_classifier fit_linear_classifier(basic_embeddings<Scalar> const& features, labels const& classes, linear_probe_options const& options = {}) {
  detail::check_features(features, "the training features");
  auto const labelled = detail::labelled_rows(static_cast<index>(features.shape(0)), classes, "the training set");
  if (!(options.penalty >= 0) || !(options.gradient_tolerance > 0) || options.max_iterations < 0)
    throw composition_error(840, "linear probe: expected penalty >= 0, gradient_tolerance > 0 and max_iterations >= 0; found " +
                                     std::to_string(options.penalty) + ", " + std::to_string(options.gradient_tolerance) + " and " +
                                     std::to_string(options.max_iterations));
  auto const width = features.shape(1);
  auto const by = options.standardise ? standardisation_of(features)
                                      : standardisation{xt::xtensor<double, 1>({width}, 0.0), xt::xtensor<double, 1>({width}, 1.0)};
  auto const regression = detail::make_regression(features, labelled, classes, by, options.penalty);
  auto const curvature = regression.curvature();
  auto const fit = detail::minimise(regression.start(), regression, [&](Eigen::MatrixXd const& g) { return Eigen::MatrixXd(curvature.solve(g)); },
                                    options.gradient_tolerance, options.max_iterations);
  return detail::fold(fit, by, options.penalty);
}

/// Fits on one set, counts on another: the linear evaluation of frozen features. As `fit_linear_classifier`; both sets need labels.
template <class Scalar>
linear_probe_result linear_probe(basic_embeddings<Scalar> const& train, labels const& train_labels, basic_embeddings<Scalar> const& test,
                                 labels const& test_labels, linear_probe_options const& options = {}) {
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
