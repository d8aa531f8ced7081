// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/encoders/mlp.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/objectives/objective.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/regression.hpp"

namespace tiny {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

template <class T>
struct squared_distance {
  T const* x;
  index cols;
  T target;
  PRETEXT_HD T operator()(index r, index c) const { return (x[r * cols + c] - target) * (x[r * cols + c] - target); }
};
template <class T>
struct distance_cell {
  T const* x;
  T* gx;
  index cols;
  T target, factor;
  PRETEXT_HD void operator()(index r, index c) const { gx[r * cols + c] = factor * (x[r * cols + c] - target); }
};

/// Mean square distance to one number. Gradient: writes gx.
struct distance_to_number {
  struct options {
    double target = 0;
  };
  static constexpr int inputs = 1;
  static constexpr bool accepts(shape const*) { return true; }
  template <class Env, shape X>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index elements = X.elements(), workspace = 0;
    static void run(typename Env::context& c, options const& o, loss_arguments<T, 1> const& a) {
      T const target = static_cast<T>(o.target);
      backend::sum_rows(c, 1, elements, squared_distance<T>{a.x[0], elements, target},
                        ops::store_affine<T>{a.loss, T(1) / T(elements), T(0)});
      if (a.gx[0] != nullptr)
        backend::map2d(c, 1, elements, distance_cell<T>{a.x[0], a.gx[0], elements, target, 2 * a.weight / T(elements)});
    }
  };
};

/// (N, H, W, C) -> (N, H, W, 4): the encoder of this objective keeps the places.
struct place_encoder : layers::sequential<named<"conv", layers::conv2d<layers::conv_config{.out = 4, .kernel = 3, .padding = 1}>>,
                                          named<"", layers::gelu>> {};

/// A painter copies the picture, a critic tells copies from pictures. Phase 0 moves the critic; phase 1 moves encoder and painter
/// by a loss that passes through the critic without moving it.
struct adversarial : objective_defaults {
  struct options {
    double copy_weight = 2;
    PRETEXT_FIELDS(copy_weight)
  };
  using networks = type_list<
      named<"painter",
            layers::sequential<named<"conv", layers::conv2d<layers::conv_config{.out = 2, .kernel = 3, .padding = 1}>>>>,
      named<"critic", encoders::mlp<encoders::mlp_config{.hidden = 6, .out = 1}>>>;
  using losses = type_list<named<"pictures", distance_to_number>, named<"copies", distance_to_number>,
                           named<"fooled", distance_to_number>, named<"copy", ssl::losses::mean_square_error>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto views = g.views(0);                                       // (N, 4, 4, 2)
    auto painted = g.apply("painter", g.apply("encoder", views));  // (N, 4, 4, 2)
    auto scores = g.apply("critic", g.stack(views, painted));      // (2N, 1, 1, 1)
    auto copies = g.part(scores, 1, 2);                            // (N, 1, 1, 1)
    g.loss("pictures", {g.part(scores, 0, 2)}, {.phase = 0, .updates = {"critic"}});
    g.loss("copies", {copies}, {.phase = 0, .updates = {"critic"}});
    g.loss("fooled", {copies}, {.phase = 1, .updates = {"encoder", "painter"}});
    g.loss("copy", {painted, views}, {.phase = 1, .updates = {"encoder", "painter"}});
  });
  template <fixed_string Term>
  static distance_to_number::options loss_options(options const&, index, term<Term>) requires(!(Term == fixed_string("copy"))) {
    return {.target = same_text(Term.text, "copies") ? 0.0 : 1.0};
  }
  static double loss_weight(options const& o, index, term<"copy">) { return o.copy_weight; }
};

}  // namespace tiny
