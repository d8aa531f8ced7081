// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/attention.hpp"
#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/vector_math.hpp"
#include "ssl/backends/cpu/gemm_impl.hpp"
#include "ssl/core/math.hpp"

/// \file
/// Attention in tiles of at most 128 queries x 128 keys, one image and head at a time: the probabilities are never stored. Forward keeps
/// the log-sum-exp of every query; backward computes the tiles again.
///
/// Source  Dao et al. 2022, arXiv:2205.14135, algorithms 1 and 4
namespace ssl::backends::cpu_kernels {
namespace detail {

/// One head of one image. Rows of q, k, v and their gradients are `row` apart, those of y and gy `width`.
template <class T>
struct attention_head {
  static constexpr index largest_block = 128;

  backends::attention g;
  T const* q;
  index block =
      round_up(parts(g.tokens, parts(g.tokens, largest_block)), lanes<T>);  ///< equal blocks: none is left with a few rows
  T scale = T(1) / math::sqrt(T(g.head_width));

  attention_head(backends::attention const& g, T const* qkv, index image, index head)
      : g(g), q(qkv + image * g.tokens * g.row() + head * g.head_width) {}

  T const* k() const { return q + g.width(); }
  T const* v() const { return q + 2 * g.width(); }
  index blocks() const { return parts(g.tokens, block); }
  index height(index b) const { return smaller(block, g.tokens - b * block); }

  product<T> over_keys(index queries, index keys) const {
    return {.m = height(queries), .n = g.head_width, .k = height(keys), .lda = block, .ldb = g.row()};
  }

  /// s = a b^T factor for the queries of one block and the keys of another.
  void compare(index queries, index keys, T const* a, index lda, T const* b, T factor, T* s, T* packed) const {
    multiply(product<T>{.form = gemm_form::nt,
                        .m = height(queries),
                        .n = height(keys),
                        .k = g.head_width,
                        .a = a + queries * block * lda,
                        .lda = lda,
                        .b = b + keys * block * g.row(),
                        .ldb = g.row(),
                        .c = s,
                        .ldc = block,
                        .alpha = factor},
             packed);
  }

  /// What the queries of a block know of their row of the softmax so far.
  struct row_state {
    T largest[largest_block], sum[largest_block];
  };

  /// s = exp(s - largest) for the new largest, which multiplies what was collected before by a factor: y is brought to it.
  void exponentiate(index queries, index keys, T* s, row_state& state, T* y) const {
    T const lowest = T(-1e30);
    index const count = height(keys);
    for (index i = 0; i < height(queries); ++i, s += block, y += g.width()) {
      for (index j = count; j < block; ++j) s[j] = lowest;
      vec<T> most = load(s), total = {};
      for (index j = lanes<T>; j < block; j += lanes<T>) most = max<T>(most, load(s + j));
      T const before = keys > 0 ? state.largest[i] : lowest, now = math::max(before, max_of<T>(most));
      for (index j = 0; j < block; j += lanes<T>) {
        vec<T> const e = exp<T>(load(s + j) - now);
        store(s + j, e);
        total += e;
      }
      T const factor = math::exp(before - now);
      state.sum[i] = (keys > 0 ? state.sum[i] * factor : T(0)) + sum_of<T>(total);
      state.largest[i] = now;
      if (keys > 0)
        for (index d = 0; d < g.head_width; ++d) y[d] *= factor;
    }
  }

  /// y of one block of queries, and their log-sum-exp unless null.
  void forward(index queries, T* y, T* log_sum, T* memory) const {
    T *const s = memory, *const packed = s + block * block;
    T* const to = y + queries * block * g.width();
    row_state state;
    for (index keys = 0; keys < blocks(); ++keys) {
      compare(queries, keys, q, g.row(), k(), scale, s, packed);
      exponentiate(queries, keys, s, state, to);
      product<T> p = over_keys(queries, keys);
      p.a = s, p.b = v() + keys * block * g.row(), p.c = to, p.ldc = g.width(), p.beta = T(keys > 0 ? 1 : 0);
      multiply(p, packed);
    }
    for (index i = 0; i < height(queries); ++i) {
      T const inverse = T(1) / state.sum[i];
      for (index d = 0; d < g.head_width; ++d) to[i * g.width() + d] *= inverse;
      if (log_sum != nullptr) log_sum[queries * block + i] = state.largest[i] + math::log(state.sum[i]);
    }
  }

  /// p = exp(s - log-sum-exp)
  void probabilities(index queries, index keys, T const* log_sum, T* s) const {
    for (index i = 0; i < height(queries); ++i, s += block)
      for (index j = 0; j < height(keys); j += lanes<T>) store(s + j, exp<T>(load(s + j) - log_sum[queries * block + i]));
  }

  /// gs = p (gp - gy . y), over gp
  void softmax_gradient(index queries, index keys, T const* y, T const* gy, T const* p, T* gp) const {
    for (index i = 0; i < height(queries); ++i, p += block, gp += block) {
      index const row = (queries * block + i) * g.width();
      T dot = 0;
      for (index d = 0; d < g.head_width; ++d) dot += gy[row + d] * y[row + d];
      for (index j = 0; j < height(keys); j += lanes<T>) store(gp + j, load(p + j) * (load(gp + j) - dot));
    }
  }

  /// The gradients of q, k and v; gq points at the gradient of q.
  void backward(T const* y, T const* gy, T const* log_sum, T* gq, T* memory) const {
    T *const p = memory, *const gp = p + block * block, *const packed = gp + block * block;
    T *const gk = gq + g.width(), *const gv = gk + g.width();
    auto multiply_into = [&](gemm_form form, T const* tile, index from, T const* rows, index row, index to, T* gradient, T factor,
                             bool add) {
      product<T> product = over_keys(to, from);
      product.form = form, product.alpha = factor, product.beta = T(add ? 1 : 0);
      product.a = tile, product.b = rows + from * block * row, product.ldb = row;
      product.c = gradient + to * block * g.row(), product.ldc = g.row();
      multiply(product, packed);
    };
    for (index keys = 0; keys < blocks(); ++keys)
      for (index queries = 0; queries < blocks(); ++queries) {
        compare(queries, keys, q, g.row(), k(), scale, p, packed);
        probabilities(queries, keys, log_sum, p);
        multiply_into(gemm_form::tn, p, queries, gy, g.width(), keys, gv, T(1), queries > 0);
        compare(queries, keys, gy, g.width(), v(), T(1), gp, packed);
        softmax_gradient(queries, keys, y, gy, p, gp);
        multiply_into(gemm_form::nn, gp, keys, k(), g.row(), queries, gq, scale, keys > 0);
        multiply_into(gemm_form::tn, gp, queries, q, g.row(), keys, gk, scale, queries > 0);
      }
  }
};

}  // namespace detail

template <class T>
void attention_forward(cpu_context const& context, backends::attention const& g, T const* qkv, T* y, T* saved) {
  index const blocks = detail::attention_head<T>(g, qkv, 0, 0).blocks();
  context.parallel(g.n * g.heads * blocks, [&](index task, int slot) {
    index const image = task / blocks / g.heads, head = task / blocks % g.heads;
    T* const log_sum = saved != nullptr ? saved + (image * g.heads + head) * g.tokens : nullptr;
    detail::attention_head<T>(g, qkv, image, head)
        .forward(task % blocks, y + image * g.tokens * g.width() + head * g.head_width, log_sum, context.scratch<T>(slot));
  });
}

template <class T>
void attention_backward(cpu_context const& context, backends::attention const& g, T const* qkv, T const* y, T const* gy,
                        T const* saved, T* gqkv) {
  context.parallel(index{g.n} * g.heads, [&](index task, int slot) {
    index const image = task / g.heads, head = task % g.heads, at = image * g.tokens * g.width() + head * g.head_width;
    detail::attention_head<T>(g, qkv, image, head)
        .backward(y + at, gy + at, saved + task * g.tokens, gqkv + image * g.tokens * g.row() + head * g.head_width,
                  context.scratch<T>(slot));
  });
}

}  // namespace ssl::backends::cpu_kernels
