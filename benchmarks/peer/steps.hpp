// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <ssl/cpu.hpp>
#include <ssl/ssl.hpp>
#include <vector>

#include "peer_case.hpp"

/// \file
/// Whole steps whose batches are made by hand.
namespace peer {

/// Groups of views of given sizes.
template <ssl::shape... Group>
struct given_batch {
  struct options {};
  static constexpr ssl::augmentations::view_layout layout(ssl::shape) {
    ssl::augmentations::view_layout l;
    ((l.group[l.groups++] = {Group.n, Group.with_batch(1)}), ...);
    return l;
  }
  static void apply(ssl::shape, options const&, ssl::draw_key, ssl::image_view, ssl::augmentations::sample_output const&,
                    ssl::augmentations::scratch&) {}
};

/// A pipeline and a random batch for it.
template <class Run>
struct step_of {
  step_of(int threads, ssl::run_options<Run> const& o) : context({.threads = threads}), pipeline(context, o) {
    constexpr auto layout = Run::augmentation::layout(Run::image);
    for (int g = 0; g < layout.groups; ++g) {
      ssl::index const elements = layout.group[g].size.elements() * layout.group[g].views * Run::batch;
      views.push_back(random_floats(elements, static_cast<std::uint32_t>(g)));
      batch.views[g] = views.back().data();
    }
  }
  ssl::backends::cpu::context context;
  ssl::pipeline<Run> pipeline;
  std::vector<std::vector<float>> views;
  ssl::batch_input batch;
};

/// A perceptron 64-128-64 that regresses one group of views from another: the smallest step.
struct mlp_tiny_run : ssl::run_defaults {
  struct objective : ssl::objective_defaults {
    using losses = ssl::type_list<ssl::named<"mse", ssl::losses::mean_square_error>>;
    static constexpr auto graph = ssl::build_graph([](auto& g) { g.loss("mse", {g.apply("encoder", g.views(0)), g.views(1)}); });
  };
  using encoder = ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 128, .out = 64, .norm = ssl::encoders::mlp_norm::none}>;
  using augmentation = given_batch<ssl::shape{.c = 64}, ssl::shape{.c = 64}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.c = 64};
  static constexpr int batch = 32;
};

}  // namespace peer
