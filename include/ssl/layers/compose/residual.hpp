// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/compose/sequential.hpp"
#include "ssl/ops/arithmetic.hpp"

namespace ssl::layers {

/// y = branch(x) + shortcut(x).
///
/// Gradient  both arms read the gradient of the sum where it lies; the gradient of x is the sum of theirs
/// Errors    E102 where the arms give different shapes
/// Cost      one pass forward for the sum, one backward for the fork; the sum reuses the branch's memory where it may
template <class Branch, class Shortcut = named<"", identity>>
struct residual {
  using branch = typename Branch::type;
  using shortcut = typename Shortcut::type;

  // The record: fork, shortcut, branch, sum.
  static constexpr int shortcut_start = 1;
  static constexpr int branch_start = shortcut_start + shortcut::operations;
  static constexpr int sum_start = branch_start + branch::operations;
  static constexpr int operations = sum_start + 1;

  static constexpr shape output(shape in) { return branch::output(in); }
  static constexpr verdict check(shape in) {
    if (verdict const v = branch::check(in); !v.ok()) return v.inside(0);
    if (verdict const v = shortcut::check(in); !v.ok()) return v.inside(1);
    return {.accepted = branch::output(in) == shortcut::output(in), .in = shortcut::output(in)};
  }
  template <class Env>
  static constexpr value record(recorder& r, value in) {
    value a, b;
    r.enter_layer();
    r.fork(in, a, b);
    int outside = r.enter(Shortcut::label());
    b = shortcut::template record<Env>(r, b);
    r.leave(outside);
    outside = r.enter(Branch::label());
    a = branch::template record<Env>(r, a);
    r.leave(outside);
    r.leave_layer();
    return r.add(a, b, r.new_operation());
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr shape out = output(In);

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      ssl::forward<shortcut, In, Env>(c, f, op + shortcut_start);
      ssl::forward<branch, In, Env>(c, f, op + branch_start);
      op_record const* sum = op + sum_start;
      backend::map2d(c, out.rows(), out.c, ops::add_cell<T>{f.at(sum->x), f.at(sum->x2), f.at(sum->y), out.c});
    }
    static void backward(context& c, frame<T> const& f, op_record const* op) {
      ssl::backward<branch, In, Env>(c, f, op + branch_start);
      ssl::backward<shortcut, In, Env>(c, f, op + shortcut_start);
      if (op->gx.exists())
        backend::map2d(c, In.rows(), In.c, ops::add_cell<T>{f.at(op->gy), f.at(op->gy2), f.at(op->gx), In.c});
    }
  };
};

}  // namespace ssl::layers
