// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/layers/patch_embedding.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/objectives/objective.hpp"
#include "ssl/ops/arithmetic.hpp"

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

/// Cells over (image, place in the order, channel): `order` says which of `tokens` tokens comes at a place; the first `kept` are
/// kept.
template <class T>
struct gather_cell {
  T const* x;
  T* y;
  std::int32_t const* order;
  index tokens, kept, width;
  PRETEXT_HD void operator()(index n, index i) const {
    index const place = i / width, c = i % width;
    y[(n * kept + place) * width + c] = x[(n * tokens + order[n * tokens + place]) * width + c];
  }
};
template <class T>
struct scatter_cell {
  T const* x;
  T* y;
  std::int32_t const* order;
  index tokens, kept, width;
  T const* missing;  ///< a token for the places that are not kept; null: zeros
  PRETEXT_HD void operator()(index n, index i) const {
    index const place = i / width, c = i % width;
    T const other = missing == nullptr ? T(0) : missing[c];
    y[(n * tokens + order[n * tokens + place]) * width + c] = place < kept ? x[(n * kept + place) * width + c] : other;
  }
};
template <class T>
struct missing_gradient {
  T const* gy;
  std::int32_t const* order;
  index tokens, kept, width;
  PRETEXT_HD T operator()(index r, index c) const {
    index const hidden = tokens - kept, n = r / hidden, place = kept + r % hidden;
    return gy[(n * tokens + order[n * tokens + place]) * width + c];
  }
};

/// The first Kept tokens of the mask's order: (N, H, W, C) -> (N, 1, Kept, C). Gradient: writes gx.
template <int Kept>
struct keep_tokens : primitive<keep_tokens<Kept>> {
  static constexpr bool accepts(shape in) { return in.tokens() >= Kept; }
  static constexpr shape output(shape in) { return {in.n, 1, Kept, in.c}; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in)};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, In.n, index{Kept} * In.c, gather_cell<T>{f.at(op->x), f.at(op->y), f.mask, In.tokens(), Kept, In.c});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        backend::map2d(c, In.n, In.tokens() * In.c,
                       scatter_cell<T>{f.at(op->gy), f.at(op->gx), f.mask, In.tokens(), Kept, In.c, nullptr});
    }
  };
};

/// The inverse: (N, 1, K, C) -> (N, H, W, C), a learned token where none was kept. Gradient: writes gx, accumulates the token.
template <int H, int W>
struct restore_tokens : primitive<restore_tokens<H, W>> {
  static constexpr bool accepts(shape in) { return in.tokens() < H * W; }
  static constexpr shape output(shape in) { return {in.n, H, W, in.c}; }
  template <class Env>
  static constexpr requirements require(shape in) {
    requirements r{.output = output(in), .parameters = 1};
    r.parameter[0] = {.label = "mask_token", .rank = 3, .extents = {1, 1, in.c, 1}, .kind = parameter_kind::token};
    return r;
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index all = H * W, kept = In.tokens(), width = In.c;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, In.n, all * width,
                     scatter_cell<T>{f.at(op->x), f.at(op->y), f.mask, all, kept, width, f.parameter(op, 0)});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if constexpr (Env::how.updates_weights)
        backend::sum_cols(c, In.n * (all - kept), width, missing_gradient<T>{f.at(op->gy), f.mask, all, kept, width},
                          ops::store_added<T>{f.gradient(op, 0)});
      if (op->gx.exists())
        backend::map2d(c, In.n, kept * width, gather_cell<T>{f.at(op->gy), f.at(op->gx), f.mask, all, kept, width});
    }
  };
};

/// One linear map of every pixel: the encoder of this objective.
using pixel_embedding = layers::patch_embedding<layers::patch_config{.patch = 1, .width = 5}>;

/// Half of the pixels are taken away from one network and must be painted again by another; both see the same mask.
struct masked_pixels : objective_defaults {
  template <int Out>
  using fc = layers::linear<layers::linear_config{.out = Out}>;
  using networks =
      type_list<named<"trunk", layers::sequential<named<"keep", keep_tokens<8>>, named<"fc", fc<5>>, named<"", layers::gelu>>>,
                named<"decoder", layers::sequential<named<"restore", restore_tokens<4, 4>>, named<"fc", fc<2>>>>>;
  using losses = type_list<named<"pixels", ssl::losses::mean_square_error>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto views = g.views(0);                                                  // (N, 4, 4, 2)
    auto mask = g.mask(0);                                                    // (N, 1, 16, 1) integers
    auto seen = g.apply("trunk", g.apply("encoder", views), {.mask = mask});  // (N, 1, 8, 5)
    g.loss("pixels", {g.apply("decoder", seen, {.mask = mask}), views});      // (N, 4, 4, 2)
  });
};

}  // namespace tiny
