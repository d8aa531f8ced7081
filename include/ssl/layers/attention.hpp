// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/attention.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/ops/softmax.hpp"

namespace ssl::layers {

/// What backward does about the attention probabilities: reads those that forward kept (n heads tokens^2 numbers), or computes
/// them again, one image at a time.
enum class probabilities { kept, recomputed };

struct attention_config {
  int width = 0;
  int heads = 1;
  bias qkv_bias = bias::yes;
  layers::probabilities probabilities = layers::probabilities::kept;
};

/// The core of multi-head self-attention: every token of an image takes a mean of the values of all.
///
/// Formula   P = softmax(Q K^T / sqrt(D / heads)), y = P V, for every image and head
/// Shapes    x: (N, H, W, 3 D): query, key, value, each (heads, D / heads) -> y: (N, H, W, D); P: (heads, T, T), T = H W
/// Gradient  writes gx
/// Errors    E101 heads that do not divide the width; E102 an input that is not three widths
/// Cost      4 N T^2 D operations forward, 8 backward; keeps N heads T^2, or computes P twice. Tuned form: backends/attention.hpp
/// Source    Vaswani et al. 2017, arXiv:1706.03762, section 3.2; layout of timm's Attention. Deviation: none
template <attention_config Config>
struct attention_core : primitive<attention_core<Config>> {
  static constexpr bool valid = Config.width > 0 && Config.heads > 0 && Config.width % (Config.heads > 0 ? Config.heads : 1) == 0;
  static constexpr bool keeps = Config.probabilities == probabilities::kept;
  static constexpr bool accepts(shape in) { return in.c == 3 * Config.width; }
  static constexpr shape output(shape in) { return in.with_channels(Config.width); }
  static constexpr backends::attention geometry(shape in) {
    int const tokens = static_cast<int>(in.tokens());
    return {.n = in.n, .tokens = tokens, .heads = Config.heads, .head_width = valid ? Config.width / Config.heads : 0};
  }

  template <class Env>
  static constexpr bool tuned = requires { Env::backend::template attention_saved<typename Env::scalar>(backends::attention{}); };

  template <class Env>
  static constexpr requirements require(shape in) {
    backends::attention const g = geometry(in);
    requirements r{.output = output(in), .reads_input = true};
    if constexpr (tuned<Env>) {
      using B = typename Env::backend;
      using T = typename Env::scalar;
      r.saved = B::template attention_saved<T>(g), r.reads_output = true;
      r.workspace_forward = B::template attention_workspace_forward<T>(g);
      r.workspace_backward = B::template attention_workspace_backward<T>(g);
    } else {
      index const sums = index{g.heads} * g.tokens;
      r.saved = keeps ? g.n * g.probabilities() : 0;
      r.workspace_forward = g.probabilities() + sums;
      r.workspace_backward = (keeps ? 1 : 2) * g.probabilities() + sums;
    }
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr backends::attention g = geometry(In);
    static constexpr index tokens = g.tokens, width = g.width(), head = g.head_width, row = g.row(), square = tokens * tokens;

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      if constexpr (tuned<Env>) {
        backend::attention_forward(c, g, f.at(op->x), f.at(op->y), f.at(op->saved), f.at(op->workspace_forward));
      } else {
        T* workspace = f.at(op->workspace_forward);
        for (index n = 0; n < g.n; ++n) {
          T const* qkv = f.at(op->x) + n * tokens * row;
          T* p = op->saved.exists() ? f.at(op->saved) + n * g.probabilities() : workspace;
          attend(c, qkv, p, workspace + g.probabilities());
          T* y = f.at(op->y) + n * tokens * width;
          for (index h = 0; h < g.heads; ++h)  // y = P V
            backend::gemm(c, backends::product<T>{.m = tokens, .n = head, .k = tokens, .a = p + h * square, .lda = tokens,
                                                  .b = qkv + 2 * width + h * head, .ldb = row, .c = y + h * head, .ldc = width});
        }
      }
    }

    static void backward(context& c, frame<T> const& f, op_record const* op) {
      if (!op->gx.exists()) return;
      if constexpr (tuned<Env>) {
        backend::attention_backward(c, g, f.at(op->x), f.at(op->y), f.at(op->gy), f.at(op->saved), f.at(op->gx),
                                    f.at(op->workspace_backward));
      } else {
        T* gp = f.at(op->workspace_backward);
        T* sums = gp + g.probabilities();
        T* again = sums + index{g.heads} * tokens;
        for (index n = 0; n < g.n; ++n) {
          T const* qkv = f.at(op->x) + n * tokens * row;
          if (!op->saved.exists()) attend(c, qkv, again, sums);
          T const* p = op->saved.exists() ? f.at(op->saved) + n * g.probabilities() : again;
          backward_image(c, qkv, p, f.at(op->gy) + n * tokens * width, gp, sums, f.at(op->gx) + n * tokens * row);
        }
      }
    }

   private:
    static T scale() { return T(1) / math::sqrt(T(head)); }

    /// The probabilities of one image.
    static void attend(context& c, T const* qkv, T* p, T* sums) {
      for (index h = 0; h < g.heads; ++h)
        backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nt, .m = tokens, .n = tokens, .k = head, .a = qkv + h * head,
                                              .lda = row, .b = qkv + width + h * head, .ldb = row, .c = p + h * square, .ldc = tokens,
                                              .alpha = scale()});
      ops::softmax_rows<backend, T>(c, g.heads * tokens, tokens, p, p, sums);
    }

    static void backward_image(context& c, T const* qkv, T const* p, T const* gy, T* gp, T* sums, T* gqkv) {
      for (index h = 0; h < g.heads; ++h) {
        T const *v = qkv + 2 * width + h * head, *gy_head = gy + h * head;
        backend::gemm(c, backends::product<T>{.form = backends::gemm_form::tn, .m = tokens, .n = head, .k = tokens, .a = p + h * square,
                                              .lda = tokens, .b = gy_head, .ldb = width, .c = gqkv + 2 * width + h * head, .ldc = row});
        backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nt, .m = tokens, .n = tokens, .k = head, .a = gy_head,
                                              .lda = width, .b = v, .ldb = row, .c = gp + h * square, .ldc = tokens});
      }
      ops::softmax_rows_gradient<backend, T>(c, g.heads * tokens, tokens, gp, p, gp, sums);
      for (index h = 0; h < g.heads; ++h) {
        T const *q = qkv + h * head, *k = qkv + width + h * head, *gs = gp + h * square;
        backend::gemm(c, backends::product<T>{.m = tokens, .n = head, .k = tokens, .a = gs, .lda = tokens, .b = k, .ldb = row,
                                              .c = gqkv + h * head, .ldc = row, .alpha = scale()});
        backend::gemm(c, backends::product<T>{.form = backends::gemm_form::tn, .m = tokens, .n = head, .k = tokens, .a = gs, .lda = tokens,
                                              .b = q, .ldb = row, .c = gqkv + width + h * head, .ldc = row, .alpha = scale()});
      }
    }
  };
};

/// Multi-head self-attention with its two linear layers.
///
/// Shapes    x, y: (N, H, W, D); parameters qkv.weight (3 D, D), qkv.bias (3 D), proj.weight (D, D), proj.bias (D)
/// Source    timm's Attention: names, layout (rows 0 .. D of qkv are queries, then keys, then values) and initialisation. Deviation: none
template <attention_config Config>
struct attention
    : sequential<named<"qkv", linear<linear_config{.out = 3 * Config.width, .bias = Config.qkv_bias, .init = linear_init::vit}>>,
                 named<"", attention_core<Config>>,
                 named<"proj", linear<linear_config{.out = Config.width, .init = linear_init::vit}>>> {};

}  // namespace ssl::layers
