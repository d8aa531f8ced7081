// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/layers/masked_tokens.hpp"
#include "ssl/layers/patch_embedding.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/objectives/objective.hpp"

namespace tiny {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

/// One view, and a random order of its Tokens tokens: the first of them are those that are kept.
template <int Tokens>
struct shuffled_tokens {
  struct options {};
  static constexpr augmentations::view_layout layout(shape image) {
    return {.groups = 1, .group = {{1, image.with_batch(1)}}, .mask_wires = 1, .mask = {{1, shape{.w = Tokens}}}};
  }
  static void apply(shape image, options const&, draw_key key, image_view picture, augmentations::sample_output const& out,
                    augmentations::scratch&) {
    float* view = out.view(layout(image), 0, 0);
    for (index i = 0; i < image.with_batch(1).elements(); ++i) view[i] = static_cast<float>(picture.data[i]) / 255;
    std::int32_t* order = out.mask(layout(image), 0, 0);
    draws d(key);
    for (int t = 0; t < Tokens; ++t) {
      int const other = static_cast<int>(d.below(static_cast<std::uint32_t>(t + 1)));
      order[t] = order[other], order[other] = t;
    }
  }
};

/// A row of tokens as the grid that it was.
template <int H, int W>
struct as_grid : layers::identity {
  static constexpr shape output(shape in) { return {in.n, H, W, in.c}; }
  template <class Env>
  static constexpr value record(recorder&, value v) {
    v.extents = output(v.extents);
    return v;
  }
};

/// One linear map of every pixel: the encoder of this objective.
using pixel_embedding = layers::patch_embedding<layers::patch_config{.patch = 1, .width = 5}>;

/// Half of the pixels are taken away from one network and must be painted again by another; both see the same mask.
struct masked_pixels : objective_defaults {
  template <int Out>
  using fc = layers::linear<layers::linear_config{.out = Out}>;
  using networks = type_list<
      named<"trunk", layers::sequential<named<"keep", layers::gather_tokens<8>>, named<"fc", fc<5>>, named<"", layers::gelu>>>,
      named<"decoder",
            layers::sequential<named<"restore", layers::scatter_tokens<16>>, named<"fc", fc<2>>, named<"", as_grid<4, 4>>>>>;
  using losses = type_list<named<"pixels", ssl::losses::mean_square_error>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto views = g.views(0);                                                  // (N, 4, 4, 2)
    auto mask = g.mask(0);                                                    // (N, 1, 16, 1) integers
    auto seen = g.apply("trunk", g.apply("encoder", views), {.mask = mask});  // (N, 1, 8, 5)
    g.loss("pixels", {g.apply("decoder", seen, {.mask = mask}), views});      // (N, 4, 4, 2)
  });
};

}  // namespace tiny
