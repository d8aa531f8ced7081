// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/suite.hpp"
#include "ssl/evaluation/accuracy.hpp"
#include "ssl/evaluation/diagnostics.hpp"
#include "ssl/evaluation/knn.hpp"
#include "ssl/evaluation/linear_probe.hpp"
#include "ssl/evaluation/pca.hpp"
#include "ssl/evaluation/ridge.hpp"

/// \file
/// Evaluation against a file, on features in double and in float.
namespace reference_suite {

namespace evaluation = ssl::evaluation;

template <class T>
evaluation::basic_embeddings<T> embeddings_of(reference_case const& c, std::string const& name) {
  std::vector<ssl::index> const s = c.extents(name);
  evaluation::basic_embeddings<T> e({static_cast<std::size_t>(s.at(0)), static_cast<std::size_t>(s.at(1))}, T(0));
  std::vector<T> const values = c.stored<T>(name);
  std::copy(values.begin(), values.end(), e.begin());
  return e;
}
inline evaluation::labels labels_of(reference_case const& c, std::string const& name) {
  std::vector<std::int32_t> const values = c.stored<std::int32_t>(name);
  evaluation::labels l({values.size()}, 0);
  std::copy(values.begin(), values.end(), l.begin());
  return l;
}
template <class Array>
std::vector<double> flat(Array const& a) {
  return {a.begin(), a.end()};
}

/// Votes and predictions for every k and temperature, and the nearest rows. Of two classes that are nearer than the tolerance
/// either may win, and the order of classes without votes is arbitrary: such queries do not count.
inline void nearest_neighbours(reference_case const& c) {
  auto const bank_labels = labels_of(c, "train_labels"), query_labels = labels_of(c, "test_labels");
  in_double_and_float([&]<class T>() {
    auto const bank = embeddings_of<T>(c, "train_features"), queries = embeddings_of<T>(c, "test_features");
    for (nlohmann::json const& k : c.hyper().at("k"))
      for (nlohmann::json const& t : c.hyper().at("t")) {
        std::string const form = "k" + k.dump() + "_t" + t.dump() + ".";
        auto const found = evaluation::knn(bank, bank_labels, queries, query_labels, {.k = k, .temperature = t});
        expect_near(form + "votes", flat(found.votes), c.stored<double>(form + "votes"), c.limit<T>());

        std::vector<double> const margin = c.stored<double>(form + "votes_log_margin"),
                                  predicted = c.stored<double>(form + "predicted");
        int const classes = static_cast<int>(found.votes.shape(1)), counted = std::min(5, k.get<int>());
        double near_ties = 0, arbitrary = 0;
        for (std::size_t q = 0; q < predicted.size(); ++q) {
          bool const near_tie = margin[q] <= 2 * c.limit<T>().relative;
          if (!near_tie) CHECK(found.predicted(q) == predicted[q]);
          near_ties += near_tie;
          int voted_for = 0;
          for (int i = 0; i < classes; ++i) voted_for += found.votes(q, static_cast<std::size_t>(i)) > 0;
          arbitrary += voted_for < std::min(counted, classes) && counted < classes;
        }
        double const percent = 100.0 / static_cast<double>(predicted.size());
        expect_near(form + "top1", 100 * found.accuracy, c.number(form + "top1"), {.absolute = 1e-9 + near_ties * percent});
        expect_near(form + "top5", 100 * found.top5, c.number(form + "top5"),
                    {.absolute = 1e-9 + (near_ties + arbitrary) * percent});
      }
    auto const found = evaluation::nearest(bank, queries, static_cast<int>(c.extents("nearest_neighbours_indices").at(1)));
    expect_near("nearest_neighbours_indices", flat(found.rows), c.stored<double>("nearest_neighbours_indices"), {});
  });
}

/// scikit-learn minimises |W|^2 / 2 + C times the sum of cross-entropies: here that is C N times the loss with penalty 1 / (2 C
/// N).
inline void logistic_regression(reference_case const& c) {
  auto const classes = labels_of(c, "labels");
  in_double_and_float([&]<class T>() {
    auto const x = embeddings_of<T>(c, "x");
    double const samples = static_cast<double>(x.shape(0));
    for (nlohmann::json const& strength : c.hyper().at("C")) {
      std::string const form = "C" + strength.dump() + ".";
      double const scale = strength.get<double>() * samples;
      auto const fit = [&](double penalty) {
        return evaluation::fit_linear_classifier(x, classes,
                                                 {.penalty = penalty, .standardise = false, .gradient_tolerance = 1e-10});
      };
      auto const found = fit(1 / (2 * scale));
      CHECK(found.converged);
      expect_near(form + "weight", flat(found.weights), c.stored<double>(form + "weight"), c.limit<T>());
      expect_near(form + "bias", flat(found.bias), c.stored<double>(form + "bias"), c.limit<T>());
      expect_near(form + "objective", scale * found.loss, c.number(form + "objective"), c.limit<T>());
      expect_near(form + "mean_cross_entropy", found.cross_entropy, c.number(form + "mean_cross_entropy"), c.limit<T>());
      auto const scores = found.scores(x);
      expect_near(form + "predicted", flat(evaluation::best_class(scores)), c.stored<double>(form + "predicted"), {});

      std::vector<double> probabilities;
      for (std::size_t row = 0; row < scores.shape(0); ++row) {
        double sum = 0;
        for (std::size_t k = 0; k < scores.shape(1); ++k) sum += std::exp(scores(row, k));
        for (std::size_t k = 0; k < scores.shape(1); ++k) probabilities.push_back(std::exp(scores(row, k)) / sum);
      }
      expect_near(form + "probabilities", probabilities, c.stored<double>(form + "probabilities"), c.limit<T>());

      // With two classes scikit-learn penalises the difference w of the two vectors: |w|^2 / 2 is |W|^2, twice the penalty.
      if (!c.has(form + "sklearn_binary_weight")) continue;
      auto const binary = fit(1 / scale);
      std::vector<double> difference;
      for (std::size_t d = 0; d < x.shape(1); ++d) difference.push_back(binary.weights(1, d) - binary.weights(0, d));
      expect_near(form + "sklearn_binary_weight", difference, c.stored<double>(form + "sklearn_binary_weight"), c.limit<T>());
      expect_near(form + "sklearn_binary_bias", binary.bias(1) - binary.bias(0), c.number(form + "sklearn_binary_bias"),
                  c.limit<T>());
    }
  });
}

/// Components up to their signs.
inline void principal_components(reference_case const& c) {
  in_double_and_float([&]<class T>() {
    auto const x = embeddings_of<T>(c, "x");
    int const count = c.hyper().at("k");
    auto found = evaluation::pca(x, count);
    auto projected = found.project(x);
    auto const expected = embeddings_of<double>(c, "components");
    for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
      double along = 0;
      for (std::size_t d = 0; d < x.shape(1); ++d) along += found.components(k, d) * expected(k, d);
      if (along > 0) continue;
      for (std::size_t d = 0; d < x.shape(1); ++d) found.components(k, d) *= -1;
      for (std::size_t row = 0; row < x.shape(0); ++row) projected(row, k) *= -1;
    }
    auto const compare = [&](char const* name, auto const& array) {
      expect_near(name, flat(array), c.stored<double>(name), c.limit<T>());
    };
    compare("mean", found.mean);
    compare("components", found.components);
    compare("explained_variance", found.explained_variance);
    compare("explained_variance_ratio", found.explained_variance_ratio);
    compare("projected", projected);
  });
}

inline void ridge_regression(reference_case const& c) {
  in_double_and_float([&]<class T>() {
    auto const x = embeddings_of<T>(c, "x"), y = embeddings_of<T>(c, "y");
    for (nlohmann::json const& alpha : c.hyper().at("alpha")) {
      auto const found = evaluation::ridge(x, y, alpha.get<double>());
      std::string const form = "alpha" + alpha.dump() + ".";
      expect_near(form + "weight", flat(found.weights), c.stored<double>(form + "weight"), c.limit<T>());
      expect_near(form + "bias", flat(found.bias), c.stored<double>(form + "bias"), c.limit<T>());
      expect_near(form + "predicted", flat(found.outputs(x)), c.stored<double>(form + "predicted"), c.limit<T>());
    }
  });
}

inline void metrics(reference_case const& c) {
  in_double_and_float([&]<class T>() {
    tolerance const limit = c.limit<T>();
    for (std::string const set : {"random.", "low_rank.", "collapsed."}) {
      auto const z = embeddings_of<T>(c, set + "z");
      auto const compare = [&](char const* name, double found) { expect_near(set + name, found, c.number(set + name), limit); };
      expect_near(set + "singular_values", flat(evaluation::singular_values(z)), c.stored<double>(set + "singular_values"),
                  limit);
      expect_near(set + "covariance_eigenvalues", flat(evaluation::covariance_eigenvalues(z)),
                  c.stored<double>(set + "covariance_eigenvalues"), limit);
      compare("rankme", evaluation::rankme(z));
      compare("effective_rank_no_epsilon", evaluation::effective_rank(z));
      compare("std_of_l2_normalized", evaluation::feature_std(z));
      compare("uniformity_t2", evaluation::uniformity(z, 2));
    }
    auto const a = embeddings_of<T>(c, "random.z"), b = embeddings_of<T>(c, "pair.z2");
    expect_near("pair.alignment_alpha1", evaluation::alignment(a, b, 1), c.number("pair.alignment_alpha1"), limit);
    expect_near("pair.alignment_alpha2", evaluation::alignment(a, b, 2), c.number("pair.alignment_alpha2"), limit);
    expect_near("pair.linear_cka", evaluation::linear_cka(a, b), c.number("pair.linear_cka"), limit);
    expect_near("inverse_sqrt_d", evaluation::check_collapse(a).healthy_std, c.number("inverse_sqrt_d"), limit);
  });
}

inline void top_k(reference_case const& c) {
  auto const truth = labels_of(c, "labels");
  in_double_and_float([&]<class T>() {
    auto const logits = embeddings_of<T>(c, "logits");
    for (int const k : c.hyper().at("k")) {
      std::string const name = "top" + std::to_string(k);
      expect_near(name, evaluation::top_k_accuracy(logits, truth, k), c.number(name), c.limit<T>());
    }
    auto const counts = evaluation::confusion_matrix(evaluation::best_class(logits), truth, static_cast<int>(logits.shape(1)));
    expect_near("confusion", flat(counts), c.stored<double>("confusion"), {});
  });
}

}  // namespace reference_suite
