// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/linear.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/objectives/objective.hpp"

namespace tiny {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

/// Two terms on one wire, weighed by options.
struct two_losses : objective_defaults {
  struct options {
    number contrast = 0.5;
    number distance = linear_ramp{.from = 3, .to = 1, .steps = 10};
    PRETEXT_FIELDS(contrast, distance)
  };
  using networks = type_list<named<"projector", layers::linear<layers::linear_config{.out = 4}>>>;
  using losses = type_list<named<"contrast", ssl::losses::nt_xent<>>, named<"distance", ssl::losses::mean_square_error>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto z = g.apply("projector", g.apply("encoder", g.views(0)));  // (2N, 1, 1, 4), three uses
    g.loss("contrast", {z});
    g.loss("distance", {g.part(z, 0, 2), g.part(z, 1, 2)});
  });
  static double loss_weight(options const& o, index step, term<"contrast">) { return o.contrast.at(step); }
  static double loss_weight(options const& o, index step, term<"distance">) { return o.distance.at(step); }
};

}  // namespace tiny
