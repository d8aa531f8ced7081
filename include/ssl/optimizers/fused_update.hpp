// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

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
  index elements = 0;  ///< with the padding behind each block
  bool averaged = false;
  index first_block = 0;     ///< its place among the blocks, with those of a repeat written out
  index block_elements = 0;  ///< those of its first block, without padding
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

/// Calls f(update_range, treatment) for the blocks in order; those with equal treatments are merged where that is allowed.
/// `treat(parameter_traits)` gives the treatment. A repeat whose iterations are treated differently is written out.
template <class Treat, class F>
void for_each_range(block_record const* blocks, int count, index average_length, merging merged, Treat treat, F f) {
  using treatment = decltype(treat(parameter_traits{}));
  update_range range;
  std::optional<treatment> how;
  auto const add = [&](update_range const& next, treatment const& t) {
    bool const joins = merged == merging::yes && how && *how == t && range.averaged == next.averaged && merge(range, next);
    if (!joins) {
      if (how) f(range, *how);
      range = next;
      how.emplace(t);
    }
    if (merged == merging::yes) close_gaps(range);
  };
  index block = 0;
  for (int i = 0; i < count; ++i) {
    block_record const& b = blocks[i];
    treatment const first = treat(b.traits(0));
    bool const alike = b.layers_per_iteration == 0 || treat(b.traits(b.times - 1)) == first;
    for (int t = 0; t < (alike ? 1 : b.times); ++t)
      add({.offset = b.offset + t * b.stride,
           .times = alike ? b.times : 1,
           .stride = b.stride,
           .elements = round_up(b.elements(), block_elements),
           .averaged = b.offset < average_length,
           .first_block = block + t,
           .block_elements = b.elements()},
          t == 0 ? first : treat(b.traits(t)));
    block += b.times;
  }
  if (how) f(range, *how);
}

constexpr index blocks_written_out(block_record const* blocks, int count) {
  index n = 0;
  for (int i = 0; i < count; ++i) n += blocks[i].times;
  return n;
}

/// The factors of clipping, in the backend's memory: one for every block, or one for all.
template <class Env, class T = typename Env::scalar>
T const* clip_factors(typename Env::context& c, gradient_clip const& clip, index step, block_record const* blocks, int count,
                      T const* gradients, T* scratch) {
  using backend = typename Env::backend;
  T const norm = static_cast<T>(clip.norm.at(step)), epsilon = static_cast<T>(clip.epsilon);
  T* sum = scratch;
  for (int i = 0; i < count; ++i) {
    block_record const& b = blocks[i];
    backend::sum_rows(c, index{b.times}, b.elements(), ops::squared_value<T>{gradients, b.offset, b.stride}, ops::store<T>{sum});
    sum += b.times;
  }
  index const all = sum - scratch;
  if (clip.scope == clip_scope::per_tensor) {
    backend::map2d(c, 1, all, ops::clip_factor_cell<T>{scratch, norm, epsilon});
    return scratch;
  }
  backend::sum_rows(c, 1, all, ops::value_at<T>{scratch, all}, ops::store_clip_factor<T>{sum, norm, epsilon});
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

/// The passes over one range: cells for each case, chosen once per range.
template <class Optimizer, class Env>
struct update_pass {
  using T = typename Env::scalar;
  using backend = typename Env::backend;
  using update = typename Optimizer::template update<T>;
  static constexpr bool adapts = ops::adapts_to_tensors<update>;

  typename Env::context& context;
  flat_arrays<T> const& arrays;
  double average_momentum;
  T const* factors;     ///< null: no clipping
  index factor_stride;  ///< 1: a factor for every block; 0: one for all
  T* trust;             ///< a number for every block, where the update adapts to tensors

  void operator()(update_range const& r, update const& u) const {
    using ops::averaged, ops::clipped;
    if (factors == nullptr)
      r.averaged ? run<clipped::no, averaged::yes>(r, u) : run<clipped::no, averaged::no>(r, u);
    else
      r.averaged ? run<clipped::yes, averaged::yes>(r, u) : run<clipped::yes, averaged::no>(r, u);
  }

 private:
  template <ops::clipped Clipped, ops::averaged Averaged>
  void run(update_range const& r, update const& u) const {
    T const* const factor = factors + factor_stride * r.first_block;
    if constexpr (adapts) {
      ops::store_trust<update, T> const store{u, trust + r.first_block};
      backend::sum_rows(context, r.times, r.block_elements, ops::squared_value<T>{arrays.weights, r.offset, r.stride},
                        ops::store<T>{store.trust});
      backend::sum_rows(context, r.times, r.block_elements,
                        ops::squared_measure<update, T, Clipped>{u, arrays.weights, arrays.gradients, arrays.slots,
                                                                 arrays.slot_stride, factor, factor_stride, r.offset, r.stride},
                        store);
    }
    backend::map2d(context, r.times, r.elements,
                   ops::parameter_update_cell<update, T, Clipped, Averaged>{.update = u,
                                                                            .weights = arrays.weights,
                                                                            .gradients = arrays.gradients,
                                                                            .slots = arrays.slots,
                                                                            .slot_stride = arrays.slot_stride,
                                                                            .average = arrays.average,
                                                                            .kept = static_cast<T>(average_momentum),
                                                                            .taken = static_cast<T>(1 - average_momentum),
                                                                            .factor = factor,
                                                                            .factor_stride = factor_stride,
                                                                            .trust = trust + r.first_block,
                                                                            .offset = r.offset,
                                                                            .stride = r.stride});
  }
};

}  // namespace detail

/// Elements of scratch memory that `fused_update` needs for these blocks: a factor and a trust ratio for each, and one more.
constexpr index update_scratch(block_record const* blocks, int count) {
  return 2 * detail::blocks_written_out(blocks, count) + 1;
}

/// One optimizer step over the blocks of a table: gradients are clipped, parameters move, gradients become zero and the moving
/// average follows, in one pass over each run of blocks that are treated alike.
///
/// Formula     average <- m average + (1 - m) weight, after the weight moved. A frozen block is updated with learning rate 0
/// Requires    blocks in the order of their offsets, on boundaries of block_elements; scratch: update_scratch(...) elements of
///             the backend's memory
/// Cost        reads and writes every array once; clipping reads the gradients once more, an optimizer that adapts to tensors
///             their weights, gradients and slots. Allocates nothing and waits for nothing: norms and factors stay in the
///             backend's memory
template <class Optimizer, class Env>
void fused_update(typename Env::context& c, typename Optimizer::options const& options, index step, block_record const* blocks,
                  int count, flat_arrays<typename Env::scalar> const& a, double average_momentum, typename Env::scalar* scratch) {
  using pass = detail::update_pass<Optimizer, Env>;
  gradient_clip const clip = detail::clip_of(options);
  typename Env::scalar const* factors = nullptr;
  if (clip.scope != clip_scope::none) factors = detail::clip_factors<Env>(c, clip, step, blocks, count, a.gradients, scratch);

  typename Optimizer::options const still = detail::without_motion(options);
  bool const clips_blocks = clip.scope == clip_scope::per_tensor;
  detail::for_each_range(
      blocks, count, a.average != nullptr ? a.average_length : 0,
      pass::adapts || clips_blocks ? detail::merging::no : detail::merging::yes,
      [&](parameter_traits p) { return typename pass::update(p.frozen ? still : options, step, p); },
      pass{c, a, average_momentum, factors, clips_blocks ? 1 : 0, scratch + detail::blocks_written_out(blocks, count) + 1});
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
