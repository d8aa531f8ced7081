// SPDX-License-Identifier: Apache-2.0
// A run that composes, and the parts from which the cases make runs that do not.
#pragma once

#include "ssl/ssl.hpp"

struct small_run : ssl::run_defaults {
  using encoder = ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 8, .out = 4}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 8, .output = 4}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::reference;
  static constexpr ssl::shape image{.h = 8, .w = 8, .c = 3};
  static constexpr int batch = 4;
};

template <int Out>
using linear_of = ssl::layers::linear<ssl::layers::linear_config{.out = Out}>;

/// An objective of one projector and one loss, whose graph a case may replace.
struct small_objective : ssl::objective_defaults {
  using networks = ssl::type_list<ssl::named<"projector", linear_of<4>>>;
  using losses = ssl::type_list<ssl::named<"nt_xent", ssl::losses::nt_xent<>>>;
  static constexpr auto graph =
      ssl::build_graph([](auto& g) { g.loss("nt_xent", {g.apply("projector", g.apply("encoder", g.views(0)))}); });
};
