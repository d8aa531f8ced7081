// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/objectives/objective.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/regression.hpp"

namespace tiny {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

template <class T>
struct square {
  T const* x;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return x[r * cols + c] * x[r * cols + c]; }
};

/// Mean square of all products between rows of x and rows of a state. Gradient: writes gx = 2 S B / (N K), S = x B^T.
struct square_similarity {
  struct options {};
  static constexpr int inputs = 2;
  static constexpr bool accepts(shape const* in) { return in[0].c == in[1].c; }

  template <class Env, shape X, shape Bank>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = X.rows(), kept = Bank.rows(), width = X.c;
    static constexpr index workspace = rows * kept;

    static void run(typename Env::context& c, options const&, loss_arguments<T, 2> const& a) {
      using backends::product, backends::gemm_form;
      T const share = T(1) / T(rows * kept);
      backend::gemm(c, product<T>{.form = gemm_form::nt,
                                  .m = rows,
                                  .n = kept,
                                  .k = width,
                                  .a = a.x[0],
                                  .lda = width,
                                  .b = a.x[1],
                                  .ldb = width,
                                  .c = a.workspace,
                                  .ldc = kept});
      backend::sum_rows(c, 1, rows * kept, square<T>{a.workspace, rows * kept}, ops::store_affine<T>{a.loss, share, T(0)});
      if (a.gx[0] != nullptr)
        backend::gemm(c, product<T>{.m = rows,
                                    .n = width,
                                    .k = kept,
                                    .a = a.workspace,
                                    .lda = kept,
                                    .b = a.x[1],
                                    .ldb = width,
                                    .c = a.gx[0],
                                    .ldc = width,
                                    .alpha = 2 * a.weight * share});
    }
  };
};

template <class T>
struct enqueue_cell {
  T const* x;
  T* bank;
  index width, kept, first;
  PRETEXT_HD void operator()(index r, index c) const { bank[(first + r) % kept * width + c] = x[r * width + c]; }
};

/// The rows of x take the place of the oldest, round and round.
struct enqueue {
  template <class Env, shape Bank, shape X, class Options>
  static void run(typename Env::context& c, Options const&, index step, typename Env::scalar* bank,
                  typename Env::scalar const* x) {
    Env::backend::map2d(c, X.rows(), X.c,
                        enqueue_cell<typename Env::scalar>{x, bank, X.c, Bank.rows(), step * X.rows() % Bank.rows()});
  }
};

/// A query must be like the key of the other view and unlike the keys of earlier batches. Encoders must give `Width` channels.
template <int Kept, int Width, state_moves When = state_moves::after_optimizer>
struct queued_keys : objective_defaults {
  struct options {
    double momentum = 0.5;
    PRETEXT_FIELDS(momentum)
  };
  using losses = type_list<named<"like", ssl::losses::cosine<>>, named<"unlike", square_similarity>>;
  using states = type_list<named<"queue", state_block<shape{.n = Kept, .c = Width}, state_init::unit_rows>>>;
  using rules = type_list<named<"enqueue", enqueue>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto views = g.views(0);                                         // (2N, H, W, C)
    auto query = g.apply("encoder", g.part(views, 0, 2));            // (N, 1, 1, Width)
    auto key = g.apply(average_of("encoder"), g.part(views, 1, 2));  // (N, 1, 1, Width)
    g.loss("like", {query, key});
    g.loss("unlike", {query, g.state("queue")});
    g.update("queue", "enqueue", key, When);
    g.move_average("encoder", average_moves::before_forward);
  });
  static double average_momentum(options const& o, index) { return o.momentum; }
};

}  // namespace tiny
