// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/losses.hpp"
#include "ssl/augmentations/concepts.hpp"
#include "ssl/objectives/moco.hpp"
#include "ssl/objectives/simsiam.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/pipeline.hpp"

/// \file
/// Whole steps of methods, through the pipeline: weights, averages, states and running statistics after each.
namespace reference_suite {

using ssl::index;

/// Two views of vectors that the test hands over; nothing is drawn.
struct given_views {
  struct options {};
  static constexpr ssl::augmentations::view_layout layout(shape image) {
    return {.groups = 1, .group = {{2, image.with_batch(1)}}};
  }
  static void apply(shape, options const&, ssl::draw_key, ssl::image_view, ssl::augmentations::sample_output const&,
                    ssl::augmentations::scratch&) {}
};

/// A method whose heads see the vectors themselves.
template <class Objective, shape Vector, int Batch, class Backend, class T>
struct head_run : ssl::run_defaults {
  using encoder = ssl::layers::identity;
  using augmentation = given_views;
  using objective = Objective;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = Backend;
  using scalar = T;
  static constexpr shape image = Vector;
  static constexpr int batch = Batch;
};

/// Blocks of a pipeline by their full names.
template <class Run>
class named_blocks {
 public:
  explicit named_blocks(ssl::pipeline<Run>& p) : p_(p) {}

  std::vector<typename Run::scalar> read(ssl::array which, ssl::block_set set, std::string const& name) {
    auto const all = values(which);
    auto const b = find(set, name);
    return {all.begin() + b.offset, all.begin() + b.offset + b.elements};
  }
  void write(ssl::array which, ssl::block_set set, std::string const& name, std::vector<typename Run::scalar> const& to) {
    auto all = values(which);
    auto const b = find(set, name);
    REQUIRE(static_cast<index>(to.size()) == b.elements);
    std::copy(to.begin(), to.end(), all.begin() + b.offset);
    p_.write(which, all.data());
  }
  std::vector<typename Run::scalar> values(ssl::array which) {
    std::vector<typename Run::scalar> all(static_cast<std::size_t>(p_.elements(which)));
    p_.read(which, all.data());
    return all;
  }

 private:
  static ssl::block_info find(ssl::block_set set, std::string const& name) {
    for (ssl::block_info const& b : ssl::inventory<Run>(set))
      if (b.name == name) return b;
    throw std::invalid_argument("no block '" + name + "'");
  }
  ssl::pipeline<Run>& p_;
};

/// Rows of a queue that the file has as columns.
inline std::vector<double> columns(std::vector<double> const& queue, std::size_t width) {
  std::vector<double> rows(queue.size());
  std::size_t const kept = queue.size() / width;
  for (std::size_t k = 0; k < kept; ++k)
    for (std::size_t d = 0; d < width; ++d) rows[k * width + d] = queue[d * kept + k];
  return rows;
}

struct moco_numbers {
  double temperature = 0, momentum = 0, learning_rate = 0;
  int steps = 0;
};

/// The published module with a linear encoder, and its optimizer.
template <shape Vector, int Batch, int Width, int Kept>
void moco_steps(reference_case const& c, moco_numbers const& n) {
  using ssl::array, ssl::block_set;
  using objective = ssl::objectives::moco<ssl::objectives::moco_config{
      .projector = ssl::layers::moco_projection({.out = Width, .layers = 1}), .queue = Kept}>;
  on_every_backend([&]<class Backend, class T>() {
    using run = head_run<objective, Vector, Batch, Backend, T>;
    typename Backend::context context{};
    ssl::pipeline<run> p(context, {.objective = {.temperature = n.temperature, .momentum = n.momentum},
                                   .optimizer = {.learning_rate = n.learning_rate, .momentum = 0.9, .weight_decay = 1e-4}});
    named_blocks<run> blocks(p);
    char const *const weight = "projector.last.linear.weight", *const bias = "projector.last.linear.bias";
    for (array which : {array::parameters, array::averages}) {
      blocks.write(which, block_set::parameters, weight, c.stored<T>("w_q_init"));
      blocks.write(which, block_set::parameters, bias, c.stored<T>("b_q_init"));
    }
    auto queue = blocks.values(array::states);
    std::vector<double> const first = columns(c.stored<double>("queue_init"), Width);
    for (std::size_t i = 0; i < first.size(); ++i) queue[i] = static_cast<T>(first[i]);
    p.write(array::states, queue.data());

    for (int s = 0; s < n.steps; ++s) {
      std::string const step = "step" + std::to_string(s) + ".";
      std::vector<float> const views = stacked<float>(c, {step + "x_q", step + "x_k"});
      ssl::batch_input batch;
      batch.views[0] = views.data();
      expect_near(step + "loss", p.step(batch), c.number(step + "loss"), c.limit<T>());
      expect_near(step + "w_q_after", blocks.read(array::parameters, block_set::parameters, weight),
                  c.stored<double>(step + "w_q_after"), c.limit<T>());
      expect_near(step + "w_k_after", blocks.read(array::averages, block_set::parameters, weight),
                  c.stored<double>(step + "w_k_after"), c.limit<T>());
      queue = blocks.values(array::states);
      queue.resize(first.size());
      expect_near(step + "queue_after", queue, columns(c.stored<double>(step + "queue_after"), Width), c.limit<T>());
    }
  });
}

/// The published module, its encoder being the projector alone: the loss, all gradients, all running statistics.
template <shape Vector, int Batch, int Width, int Hidden>
void simsiam_step(reference_case const& c) {
  using ssl::array, ssl::block_set;
  constexpr auto projector = [] {
    auto head = ssl::layers::simsiam_projection({.hidden = Vector.c, .out = Width, .layers = 3});
    head.last_stage.bias = ssl::layers::bias::yes;  // running means see it
    return head;
  }();
  using objective = ssl::objectives::simsiam<ssl::objectives::simsiam_config{
      .projector = projector, .predictor = ssl::layers::simsiam_prediction({.hidden = Hidden, .out = Width})}>;
  std::pair<char const*, char const*> const theirs[] = {
      {"projector.hidden1.linear", "encoder.fc.0"}, {"projector.hidden1.bn", "encoder.fc.1"},
      {"projector.hidden2.linear", "encoder.fc.3"}, {"projector.hidden2.bn", "encoder.fc.4"},
      {"projector.last.linear", "encoder.fc.6"},    {"projector.last.bn", "encoder.fc.7"},
      {"predictor.hidden1.linear", "predictor.0"},  {"predictor.hidden1.bn", "predictor.1"},
      {"predictor.last.linear", "predictor.3"}};
  auto const name_of = [&](std::string const& name) {
    for (auto const& [ours, other] : theirs)
      if (name.starts_with(ours)) return other + name.substr(std::string(ours).size());
    throw std::invalid_argument("no counterpart of " + name);
  };
  on_every_backend([&]<class Backend, class T>() {
    using run = head_run<objective, Vector, Batch, Backend, T>;
    typename Backend::context context{};
    ssl::pipeline<run> p(context);
    named_blocks<run> blocks(p);
    for (auto const& b : ssl::inventory<run>(block_set::parameters))
      blocks.write(array::parameters, block_set::parameters, b.name, c.stored<T>("param." + name_of(b.name)));
    for (auto const& b : ssl::inventory<run>(block_set::buffers))
      blocks.write(array::buffers, block_set::buffers, b.name, c.stored<T>("buffer_before." + name_of(b.name)));
    std::vector<float> const views = stacked<float>(c, {"x1", "x2"});
    ssl::batch_input batch;
    batch.views[0] = views.data();
    expect_near("loss", p.forward_backward(batch), c.number("loss"), c.limit<T>());
    for (auto const& b : ssl::inventory<run>(block_set::parameters))
      if (std::string const name = "grad." + name_of(b.name); c.has(name))  // they do not move the projector's last bias
        expect_near(name, blocks.read(array::gradients, block_set::parameters, b.name), c.stored<double>(name), c.limit<T>());
    for (auto const& b : ssl::inventory<run>(block_set::buffers))
      expect_near("buffer_after." + name_of(b.name), blocks.read(array::buffers, block_set::buffers, b.name),
                  c.stored<double>("buffer_after." + name_of(b.name)), c.limit<T>());
  });
}

}  // namespace reference_suite
