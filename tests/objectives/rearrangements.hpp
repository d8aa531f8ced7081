// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objectives/tiny.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/objectives/objective.hpp"

namespace tiny {

/// All tokens of a transformer: class token, then patches
struct token_encoder : encoders::vit<encoders::vit_config{.image_h = 4,
                                                          .image_w = 4,
                                                          .patch = 2,
                                                          .width = 6,
                                                          .depth = 1,
                                                          .heads = 2,
                                                          .mlp_ratio = 1,
                                                          .pool = encoders::vit_pool::none}> {};

/// Every node that rearranges: class token and patch tokens, some channels, halves of the batch taken apart and stacked the other
/// way round. The first loss is symmetric, so with its target detached it must give half of the gradient.
template <bool Detached>
struct rearrangements : objective_defaults {
  struct options {
    double views_weight = 1;
    PRETEXT_FIELDS(views_weight)
  };
  using networks = type_list<named<"head", layers::linear<layers::linear_config{.out = 4}>>>;
  using losses = type_list<named<"views", ssl::losses::cosine<>>, named<"patches", ssl::losses::mean_square_error>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto tokens = g.apply("encoder", g.views(0));                      // (2N, 1, 5, 6)
    auto image = g.apply("head", g.tokens(tokens, 0, 1));              // (2N, 1, 1, 4)
    auto patches = g.apply("head", g.tokens(tokens, 1, 4));            // (2N, 1, 4, 4)
    auto swapped = g.stack(g.part(image, 1, 2), g.part(image, 0, 2));  // (2N, 1, 1, 4)
    g.loss("views", {image, Detached ? g.detach(swapped) : swapped});
    g.loss("patches", {g.channels(patches, 0, 2), g.channels(patches, 2, 2)});
  });
  static double loss_weight(options const& o, index, term<"views">) { return o.views_weight; }
};

}  // namespace tiny
