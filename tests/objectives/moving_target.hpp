// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/objectives/objective.hpp"

namespace tiny {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

/// A predictor must tell, from one view, what slowly moving copies of encoder and projector make of the other.
template <average_moves When>
struct moving_target : objective_defaults {
  struct options {
    number momentum = 0.75;
    PRETEXT_FIELDS(momentum)
  };
  using networks =
      type_list<named<"projector", layers::sequential<named<"fc", layers::linear<layers::linear_config{.out = 4}>>>>,
                named<"predictor",
                      layers::sequential<named<"fc1", layers::linear<layers::linear_config{.out = 5}>>, named<"", layers::gelu>,
                                         named<"fc2", layers::linear<layers::linear_config{.out = 4}>>>>>;
  using losses = type_list<named<"prediction", ssl::losses::cosine_distance>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto views = g.views(0);  // (2N, H, W, C)
    auto target = g.apply(average_of("projector"), g.apply(average_of("encoder"), views, {.statistics_groups = 2}));
    auto online =
        g.apply("predictor", g.apply("projector", g.apply("encoder", views, {.statistics_groups = 2})));  // (2N, 1, 1, 4)
    g.loss("prediction", {online, target});
    g.move_average("encoder", When);
    g.move_average("projector", When);
  });
  static constexpr bool exports_average = true;
  static double average_momentum(options const& o, index step) { return o.momentum.at(step); }
};

}  // namespace tiny
