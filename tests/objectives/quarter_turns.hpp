// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/linear.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/objectives/objective.hpp"

namespace tiny {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

/// Two views, each turned by a random number of quarter turns, which are their labels. Square pictures of the run's size only.
struct quarter_turns {
  struct options {};

  static constexpr augmentations::view_layout layout(shape image) {
    return {.groups = 1, .group = {{2, image.with_batch(1)}}, .label_wires = 1, .labels = {2}};
  }
  static void apply(shape image, options const&, draw_key key, image_view picture, augmentations::sample_output const& out,
                    augmentations::scratch&) {
    for (int v = 0; v < 2; ++v) {
      key.view = static_cast<std::uint16_t>(v);
      int const turns = static_cast<int>(draws(key).below(4)), last = image.h - 1;
      out.label(0, v) = turns;
      float* view = out.view(layout(image), 0, v);
      for (int y = 0; y < image.h; ++y)
        for (int x = 0; x < image.w; ++x) {
          int const from_y[] = {y, x, last - y, last - x}, from_x[] = {x, last - y, last - x, y};
          for (int c = 0; c < image.c; ++c)
            *view++ = static_cast<float>(picture.data[(from_y[turns] * image.w + from_x[turns]) * image.c + c]) / 255;
        }
    }
  }
};

/// The number of quarter turns must be told from the picture.
struct rotation : objective_defaults {
  using networks = type_list<named<"classifier", layers::linear<layers::linear_config{.out = 4}>>>;
  using losses = type_list<named<"turns", ssl::losses::softmax_cross_entropy<>>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto logits = g.apply("classifier", g.apply("encoder", g.views(0)));  // (2N, 1, 1, 4)
    g.loss("turns", {logits, g.labels(0)});
  });
};

}  // namespace tiny
