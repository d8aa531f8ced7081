// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objectives/tiny.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/objectives/objective.hpp"

namespace tiny {

/// A view of the run's size and two of 6 x 4 pixels.
using large_and_small = augmentations::view_groups<
    augmentations::group<augmentations::views<1, crops>>,
    augmentations::sized_group<augmentations::view_size{.height = 6, .width = 4}, augmentations::views<2, crops>>>;

/// The same networks at two image sizes must say the same: a large view against each small one.
struct two_sizes : objective_defaults {
  using networks = type_list<named<"projector", layers::linear<layers::linear_config{.out = 4}>>>;
  using losses = type_list<named<"first", ssl::losses::cosine<>>, named<"second", ssl::losses::cosine<>>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto large = g.apply("projector", g.apply("encoder", g.views(0)));  // (N, 1, 1, 4)
    auto small = g.apply("projector", g.apply("encoder", g.views(1)));  // (2N, 1, 1, 4)
    g.loss("first", {g.part(small, 0, 2), large});
    g.loss("second", {g.part(small, 1, 2), large});
  });
};

}  // namespace tiny
