// SPDX-License-Identifier: Apache-2.0
//
// What judges features: nearest neighbours, and an epoch of a linear classifier.
#include <omp.h>

#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <ssl/data/epoch_order.hpp>
#include <ssl/evaluation/knn.hpp>

#include "agreement.hpp"
#include "steps.hpp"

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

struct classifier_run : ssl::run_defaults {
  struct encoder : ssl::layers::sequential<ssl::named<"fc", ssl::layers::linear<ssl::layers::linear_config{.out = classes}>>> {};
  struct objective : ssl::objective_defaults {
    using losses = ssl::type_list<ssl::named<"cross_entropy", ssl::losses::softmax_cross_entropy<>>>;
    static constexpr auto graph = ssl::build_graph([](auto& g) {
      g.loss("cross_entropy", {g.apply("encoder", g.views(0)), g.labels(0)});
    });
  };
  using augmentation = given_batch<1, ssl::shape{.c = width}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.c = width};
  static constexpr int batch = 256;
};

struct probe_of : step_of<classifier_run> {
  static constexpr index rows = 50'000, batches = rows / classifier_run::batch;

  explicit probe_of(settings const& s) : step_of(s.threads, {.optimizer = {.learning_rate = 0.1, .momentum = 0.9}}) {
    batch.labels[0] = labels.data();
  }
  void epoch() {
    ssl::data::epoch_order(1, epochs++, order);
    for (index b = 0; b < batches; ++b) {
      for (index i = 0; i < classifier_run::batch; ++i) {
        std::size_t const row = order[static_cast<std::size_t>(b * classifier_run::batch + i)];
        std::memcpy(views[0].data() + i * width, features.data() + row * width, width * sizeof(float));
        labels[static_cast<std::size_t>(i)] = class_of[row];
      }
      pipeline.step(batch);
    }
  }
  std::vector<float> features = random_floats(rows * width, 5);
  std::vector<std::int32_t> class_of = random_labels(rows, 6), labels = std::vector<std::int32_t>(classifier_run::batch);
  std::vector<std::uint32_t> order = std::vector<std::uint32_t>(rows);
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
  if (s.batch != 0 && s.batch != classifier_run::batch) return skip("the batch is compiled in: 256");
  auto const b = std::make_shared<probe_of>(s);
  double const seen = probe_of::batches * classifier_run::batch;
  return {.step = [b] { b->epoch(); },
          .agree = {},
          .check = {},
          .items = seen,
          .unit = "features",
          .flop = 2 * 2 * seen * width * classes};
}

}  // namespace peer
