// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include "ssl/layers/layer.hpp"
#include "ssl/ops/drop.hpp"

namespace ssl::layers {

/// Drop path that does not compute what it drops: in training, a residual branch sees only some samples of the batch.
///
/// Formula   y_n = N / K branch(x)_n for the K samples that are drawn, 0 for the others; K = max(floor(N (1 - rate)), 1)
/// Shapes    x: (N, H, W, C); inside the branch (K, H, W, C). The K samples are a uniform draw by (seed, batch, operation, block)
/// Units     SkippedPerMille: rate in thousandths; structure, since it decides shapes
/// Requires  a branch without batch statistics
/// Gradient  writes gx, zero where a sample was skipped
/// Errors    E101 a rate outside 0 < rate < 1
/// Cost      the branch at K / N of its time and of what it keeps for backward; one pass each way to take and to put back. Evaluation, and
///           the moving average of a network, compute every sample and add nothing
/// Source    Oquab et al. 2023, arXiv:2304.07193, section 5; dinov2/layers/block.py: drop_add_residual_stochastic_depth. Deviation: the
///           skipped samples are added as zeros rather than left out of the sum
template <int SkippedPerMille, class Branch>
struct on_kept_samples {
  static constexpr int operations = Branch::operations + 2;  // take, branch, put back
  static constexpr bool valid = SkippedPerMille > 0 && SkippedPerMille < 1000;

  static constexpr int kept(int samples) {
    auto const some = static_cast<int>(index{samples} * (1000 - SkippedPerMille) / 1000);
    return some > 1 ? some : 1;
  }
  static constexpr shape output(shape in) { return Branch::output(in); }
  static constexpr verdict check(shape in) {
    if (!valid) return {.valid = false, .in = in};
    return Branch::check(in);
  }

  template <class Env>
  static constexpr bool skips = Env::how.mode == execution_mode::training && Env::how.drops_samples;

  template <class Env>
  static constexpr value record(recorder& r, value v) {
    if constexpr (!skips<Env>) {
      r.new_operation();
      v = Branch::template record<Env>(r, v);
      r.new_operation();
      return v;
    } else {
      int const samples = v.extents.n, take = r.operations;
      r.skips_samples = true;
      v = r.apply(requirements{.output = v.extents.with_batch(kept(samples)), .workspace_forward = samples, .reach = reach::batch}, v);
      v = Branch::template record<Env>(r, v);
      int const put = r.operations;
      v = r.apply(requirements{.output = v.extents.with_batch(samples)}, v);
      int const rank = r.new_tensor(samples);  // which of the kept samples each one is: both operations read it, both ways
      for (int const k : {take, put}) {
        r.op[k].saved = rank;
        r.touch(rank, k);
        if (r.op[k].gy >= 0) r.touch_backward(rank, k);
      }
      return v;
    }
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr shape inside = skips<Env> ? In.with_batch(kept(In.n)) : In, out = output(inside);
    static constexpr index in_cols = In.tokens() * In.c, out_cols = out.tokens() * out.c;
    static constexpr int put = Branch::operations + 1;

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      if constexpr (skips<Env>) {
        T *rank = f.at(op->saved), *drawn = f.at(op->workspace_forward);
        backend::map2d(c, In.n, 1, ops::drawn_number_cell<T>{f.draws_of(op), drawn});
        backend::map2d(c, In.n, 1, ops::rank_cell<T>{drawn, rank, In.n});
        backend::map2d(c, In.n, in_cols, ops::take_kept_cell<T>{f.at(op->x), rank, f.at(op->y), in_cols, inside.n, T(1)});
      }
      ssl::forward<Branch, inside, Env>(c, f, op + 1);
      if constexpr (skips<Env>)
        backend::map2d(c, In.n, out_cols, ops::put_kept_cell<T>{f.at(op[put].x), f.at(op[put].saved), f.at(op[put].y), out_cols, inside.n, scale});
    }
    static void backward(context& c, frame<T> const& f, op_record const* op) {
      if constexpr (skips<Env>)
        if (op[put].gx.exists())
          backend::map2d(c, In.n, out_cols, ops::take_kept_cell<T>{f.at(op[put].gy), f.at(op[put].saved), f.at(op[put].gx), out_cols, inside.n, scale});
      ssl::backward<Branch, inside, Env>(c, f, op + 1);
      if constexpr (skips<Env>)
        if (op->gx.exists())
          backend::map2d(c, In.n, in_cols, ops::put_kept_cell<T>{f.at(op->gy), f.at(op->saved), f.at(op->gx), in_cols, inside.n, T(1)});
    }

   private:
    static constexpr T scale = T(In.n) / T(inside.n);
  };
};

}  // namespace ssl::layers
