// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/frame.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/parameter_update.hpp"
#include "ssl/optimizers/optimizer.hpp"

namespace ssl::optimizers {

/// The parallel flat arrays that one table of blocks describes. Between blocks they hold zeros.
template <class T>
struct flat_arrays {
  T* weights = nullptr;
  T* gradients = nullptr;
  T* slots = nullptr;  ///< slot k of parameter i is slots[k * slot_stride + i]
  index slot_stride = 0;
  T* average = nullptr;      ///< null: no moving average follows in this pass
  index average_length = 0;  ///< the average follows the parameters below this offset
};

namespace detail {

/// Blocks that are treated alike and lie side by side: `times` rows of `elements`, `stride` apart.
struct update_range {
  index offset = 0;
  index times = 0;
  index stride = 0;
  index elements = 0;
  parameter_kind kind = parameter_kind::weight;
  bool averaged = false;
  bool frozen = false;
  index first_block = 0;  ///< its place among the blocks, with those of a repeat written out
};

enum class merging { no, yes };

/// Adds `next` to `range` where both are one run of memory; a repeat whose iterations leave no gap becomes one row.
constexpr bool merge(update_range& range, update_range const& next) {
  if (range.times == 0 || range.times != next.times || range.offset + range.elements != next.offset) return false;
  if (range.times > 1 && range.stride != next.stride) return false;
  range.elements += next.elements;
  return true;
}
constexpr void close_gaps(update_range& range) {
  if (range.times > 1 && range.elements == range.stride) range.elements *= range.times, range.times = 1;
}

/// Calls f(update_range) for the blocks in order, merged where `alike(kind, kind)` allows it.
template <class Alike, class F>
void for_each_range(block_record const* blocks, int count, index average_length, merging merged, Alike alike, F f) {
  update_range range;
  index block = 0;
  for (int i = 0; i < count; ++i) {
    block_record const& b = blocks[i];
    update_range const next{
        b.offset, b.times, b.stride, round_up(b.elements(), block_elements), b.kind, b.offset < average_length, b.frozen, block};
    block += b.times;
    bool const joins = merged == merging::yes && alike(range.kind, next.kind) && range.averaged == next.averaged &&
                       range.frozen == next.frozen && merge(range, next);
    if (!joins) {
      if (range.times > 0) f(range);
      range = next;
    }
    if (merged == merging::yes) close_gaps(range);
  }
  if (range.times > 0) f(range);
}

constexpr index blocks_written_out(block_record const* blocks, int count) {
  index n = 0;
  for (int i = 0; i < count; ++i) n += blocks[i].times;
  return n;
}

/// The factors of clipping, in the backend's memory: one for every block, or one for all.
template <class Env, class T = typename Env::scalar>
T const* clip_factors(typename Env::context& c, clip_scope scope, double largest_norm, block_record const* blocks, int count,
                      T const* gradients, T* scratch) {
  using backend = typename Env::backend;
  T const norm = static_cast<T>(largest_norm);
  T* sum = scratch;
  for (int i = 0; i < count; ++i) {
    block_record const& b = blocks[i];
    backend::sum_rows(c, index{b.times}, b.elements(), ops::squared_gradient<T>{gradients, b.offset, b.stride},
                      ops::store<T>{sum});
    sum += b.times;
  }
  index const all = sum - scratch;
  if (scope == clip_scope::per_tensor) {
    backend::map2d(c, 1, all, ops::clip_factor_cell<T>{scratch, norm});
    return scratch;
  }
  backend::sum_rows(c, 1, all, ops::value_at<T>{scratch, all}, ops::store_clip_factor<T>{sum, norm});
  return sum;
}

template <class Options>
gradient_clip clip_of(Options const& o) {
  if constexpr (requires { o.clip; })
    return o.clip;
  else
    return {};
}

/// The same numbers for blocks that are frozen: they do not move, and what the optimizer remembers of their gradients goes on.
template <class Options>
Options without_motion(Options o) {
  if constexpr (requires { o.learning_rate = 0; }) o.learning_rate = 0;
  return o;
}

/// The pass over one range: a cell for each of the four cases, chosen once per range.
template <class Optimizer, class Env>
struct update_pass {
  using T = typename Env::scalar;
  using update = typename Optimizer::template update<T>;

  typename Env::context& context;
  typename Optimizer::options const& options;
  typename Optimizer::options const& still;  ///< of frozen blocks
  index step;
  flat_arrays<T> const& arrays;
  double average_momentum;
  T const* factors;  ///< null: no clipping
  bool by_block;     ///< a factor for every block

  void operator()(update_range const& r) const {
    using ops::averaged, ops::clipped;
    if (factors == nullptr)
      r.averaged ? run<clipped::no, averaged::yes>(r) : run<clipped::no, averaged::no>(r);
    else
      r.averaged ? run<clipped::yes, averaged::yes>(r) : run<clipped::yes, averaged::no>(r);
  }
  bool alike(parameter_kind a, parameter_kind b) const { return update(options, step, a) == update(options, step, b); }

 private:
  template <ops::clipped Clipped, ops::averaged Averaged>
  void run(update_range const& r) const {
    Env::backend::map2d(
        context, r.times, r.elements,
        ops::parameter_update_cell<update, T, Clipped, Averaged>{.update = update(r.frozen ? still : options, step, r.kind),
                                                                 .weights = arrays.weights,
                                                                 .gradients = arrays.gradients,
                                                                 .slots = arrays.slots,
                                                                 .slot_stride = arrays.slot_stride,
                                                                 .average = arrays.average,
                                                                 .kept = static_cast<T>(average_momentum),
                                                                 .taken = static_cast<T>(1 - average_momentum),
                                                                 .factor = by_block ? factors + r.first_block : factors,
                                                                 .factor_stride = by_block ? 1 : 0,
                                                                 .offset = r.offset,
                                                                 .stride = r.stride});
  }
};

}  // namespace detail

/// Elements of scratch memory that `fused_update` needs for these blocks.
constexpr index update_scratch(block_record const* blocks, int count) { return detail::blocks_written_out(blocks, count) + 1; }

/// One optimizer step over the blocks of a table: gradients are clipped, parameters move, gradients become zero and the moving
/// average follows, in one pass over each run of blocks that are treated alike.
///
/// Formula     average <- m average + (1 - m) weight, after the weight moved. A frozen block is updated with learning rate 0
/// Requires    blocks in the order of their offsets, on boundaries of block_elements; scratch: update_scratch(...) elements of
///             the backend's memory
/// Cost        reads and writes every array once; clipping reads the gradients once more. Allocates nothing and waits for
///             nothing: norms and factors stay in the backend's memory
template <class Optimizer, class Env>
void fused_update(typename Env::context& c, typename Optimizer::options const& options, index step, block_record const* blocks,
                  int count, flat_arrays<typename Env::scalar> const& a, double average_momentum, typename Env::scalar* scratch) {
  gradient_clip const clip = detail::clip_of(options);
  typename Env::scalar const* factors = nullptr;
  if (clip.scope != clip_scope::none)
    factors = detail::clip_factors<Env>(c, clip.scope, clip.norm.at(step), blocks, count, a.gradients, scratch);

  bool const by_block = clip.scope == clip_scope::per_tensor;
  typename Optimizer::options const still = detail::without_motion(options);
  detail::update_pass<Optimizer, Env> const pass{c, options, still, step, a, average_momentum, factors, by_block};
  auto const alike = [&](parameter_kind p, parameter_kind q) { return pass.alike(p, q); };
  detail::for_each_range(blocks, count, a.average != nullptr ? a.average_length : 0,
                         by_block ? detail::merging::no : detail::merging::yes, alike, pass);
}

/// A moving average by itself, for methods whose average moves before the forward pass.
///
/// Formula  average <- m average + (1 - m) weight
template <class Env>
void moving_average(typename Env::context& c, typename Env::scalar const* weights, typename Env::scalar* average, index elements,
                    double momentum) {
  using T = typename Env::scalar;
  Env::backend::map2d(c, 1, elements,
                      ops::moving_average_cell<T>{weights, average, static_cast<T>(momentum), static_cast<T>(1 - momentum)});
}

}  // namespace ssl::optimizers
