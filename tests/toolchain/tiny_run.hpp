// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "ssl/ssl.hpp"

template <class Backend>
struct tiny_run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 8, .stages = 2}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 16, .output = 8}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = Backend;
  static constexpr ssl::shape image{.h = 8, .w = 8, .c = 3};
  static constexpr int batch = 4;
};

/// The loss of the first step, and that of one after 20 more.
template <class Backend>
std::array<double, 2> losses_of_tiny_run() {
  using run = tiny_run<Backend>;
  typename Backend::context context;
  ssl::pipeline<run> p{context, {.objective = {.temperature = 0.2f}, .seed = 1}};
  std::vector<float> views(2 * run::batch * run::image.elements());
  for (std::size_t i = 0; i < views.size(); ++i) views[i] = static_cast<float>(i * 37 % 101) / 101.0f;
  double const first = p.step({.views = {views.data()}});
  double last = first;
  for (int i = 0; i < 20; ++i) last = p.step({.views = {views.data()}});
  return {first, last};
}
