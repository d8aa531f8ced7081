// SPDX-License-Identifier: Apache-2.0
//
// What judges features: nearest neighbours, and an epoch of a linear classifier.
#include <omp.h>

#include <array>
#include <cmath>
#include <memory>
#include <ssl/data/epoch_order.hpp>
#include <ssl/evaluation/knn.hpp>
#include <ssl/evaluation/sgd_probe.hpp>

#include "agreement.hpp"
#include "peer_case.hpp"

namespace peer {
namespace {

using ssl::index;
namespace evaluation = ssl::evaluation;

constexpr int width = 512, classes = 10;

std::vector<std::int32_t> random_labels(index count, std::uint32_t stream) {
  ssl::draws d({.seed = 1, .sample = stream});
  std::vector<std::int32_t> values(static_cast<std::size_t>(count));
  for (std::int32_t& v : values) v = static_cast<std::int32_t>(d.below(classes));
  return values;
}

// ---- nearest neighbours --------------------------------------------------------------------------------------------------

struct knn_of {
  static constexpr index queries = 10'000, rows = 50'000;
  static constexpr evaluation::knn_options options{.k = 200, .temperature = 0.07};

  static evaluation::embeddings unit_rows(index count, std::uint32_t stream) {
    evaluation::embeddings e(std::array{static_cast<std::size_t>(count), std::size_t{width}});
    auto const drawn = random_floats(count * width, stream);
    std::copy(drawn.begin(), drawn.end(), e.begin());
    for (auto row = e.data(); row != e.data() + e.size(); row += width) {
      float square = 0;
      for (int i = 0; i < width; ++i) square += row[i] * row[i];
      for (int i = 0; i < width; ++i) row[i] /= std::sqrt(square);
    }
    return e;
  }
  static evaluation::labels some_labels(index count, std::uint32_t stream) {
    evaluation::labels l(std::array{static_cast<std::size_t>(count)});
    auto const drawn = random_labels(count, stream);
    std::copy(drawn.begin(), drawn.end(), l.begin());
    return l;
  }
  void run() { result = evaluation::knn(bank, bank_labels, asked, asked_labels, options); }

  /// The votes of one query, from all similarities.
  void check() const {
    std::size_t const q = 123;
    std::vector<std::pair<double, std::int32_t>> all;
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
      double dot = 0;
      for (std::size_t i = 0; i < width; ++i) dot += static_cast<double>(bank(r, i)) * static_cast<double>(asked(q, i));
      all.emplace_back(-dot, bank_labels(r));
    }
    std::sort(all.begin(), all.end());
    double votes[classes] = {}, sum = 0;
    for (std::size_t i = 0; i < 200; ++i) votes[all[i].second] += std::exp(-all[i].first / options.temperature);
    for (double v : votes) sum += v;
    for (std::size_t c = 0; c < classes; ++c) expect_close("votes for a class", result.votes(q, c), votes[c], sum);
  }

  evaluation::embeddings bank = unit_rows(rows, 1), asked = unit_rows(queries, 2);
  evaluation::labels bank_labels = some_labels(rows, 3), asked_labels = some_labels(queries, 4);
  evaluation::knn_result result{};
};

// ---- linear classifier ---------------------------------------------------------------------------------------------------

/// The steps of evaluation::sgd_probe.
struct probe_of {
  static constexpr index rows = 50'000, at_once = 256, batches = rows / at_once;

  void epoch() {
    ssl::data::epoch_order(1, epochs++, order);
    for (index b = 0; b < batches; ++b) {
      auto const row = [&](index i) { return order[static_cast<std::size_t>(b * at_once + i)]; };
      classifier.step(
          optimizer, steps++, at_once, [&](index i) { return features.data() + row(i) * width; },
          [&](index i) { return class_of[row(i)]; });
    }
  }
  std::vector<float> features = random_floats(rows * width, 5);
  std::vector<std::int32_t> class_of = random_labels(rows, 6);
  std::vector<std::uint32_t> order = std::vector<std::uint32_t>(rows);
  ssl::optimizers::sgd<>::options optimizer{.learning_rate = 0.1, .momentum = 0.9};
  evaluation::detail::trained_classifier<ssl::optimizers::sgd<>, float> classifier{classes, width, 1};
  index steps = 0;
  std::uint32_t epochs = 0;
};

}  // namespace

work knn(settings const& s) {
  if (s.batch != 0) return skip("queries go by the library's own blocks");
  omp_set_num_threads(s.threads);
  auto const b = std::make_shared<knn_of>();
  return {.step = [b] { b->run(); },
          .agree = {},
          .check = [b] { b->check(); },
          .items = knn_of::queries,
          .unit = "queries",
          .flop = 2.0 * knn_of::queries * knn_of::rows * width};
}

work linear_probe(settings const& s) {
  if (s.batch != 0 && s.batch != probe_of::at_once) return skip("the batch is 256");
  if (s.threads != 1) return skip("the steps of a probe take one thread");
  auto const b = std::make_shared<probe_of>();
  double const seen = probe_of::batches * probe_of::at_once;
  return {.step = [b] { b->epoch(); },
          .agree = {},
          .check = {},
          .items = seen,
          .unit = "features",
          .flop = 2 * 2 * seen * width * classes};
}

}  // namespace peer
