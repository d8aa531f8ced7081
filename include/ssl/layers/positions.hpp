// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/interpolation.hpp"
#include "ssl/ops/positions.hpp"
#include "ssl/ops/rearrange.hpp"

namespace ssl::layers {

struct positions_config {
  int grid_h = 0;         ///< base grid: its positions are the parameters, whatever the size of the image
  int grid_w = 0;
  int prefix_tokens = 0;  ///< 1: a class token with its own position comes first
};

/// Learned positions added to a grid of tokens; with `prefix_tokens` a class token is put before them.
///
/// Formula   y_t = x_t + R(pos)_t; R is the identity on the base grid and bicubic interpolation of the patch positions elsewhere.
///           With a class token: y_0 = cls_token + pos_0, and the patches follow
/// Shapes    x: (N, H, W, D) -> y: the same, or (N, 1, 1 + H W, D); pos_embed: (1, prefix + base grid, D); cls_token: (1, 1, D)
/// Gradient  writes gx; accumulates pos_embed and cls_token (exactly, by the transposed weights)
/// Errors    E101 a grid that is not positive, or more than one token before it
/// Cost      one pass each way; off the base grid also two small products, independent of N
/// Source    timm's VisionTransformer: names and initialisation; F.interpolate(mode = bicubic, size = ..., align_corners = False) without
///           antialiasing, A = -0.75. Deviation: timm's own resampling uses antialiasing
template <positions_config Config>
struct positions : primitive<positions<Config>> {
  static constexpr int prefix = Config.prefix_tokens;
  static constexpr bool valid = Config.grid_h > 0 && Config.grid_w > 0 && (prefix == 0 || prefix == 1);
  static constexpr bool at_base(shape in) { return in.h == Config.grid_h && in.w == Config.grid_w; }
  static constexpr shape output(shape in) {
    return prefix == 0 ? in : shape{in.n, 1, prefix + static_cast<int>(in.tokens()), in.c};
  }

  /// Offsets into the workspace: weights of both axes, the half-interpolated table, and the patch positions of this grid.
  struct tables {
    index rows = 0, cols = 0, half = 0, full = 0, elements = 0;
  };
  static constexpr tables layout(shape in) {
    tables t;
    t.cols = t.rows + index{in.h} * Config.grid_h;
    t.half = t.cols + index{in.w} * Config.grid_w;
    t.full = t.half + index{Config.grid_h} * in.w * in.c;
    t.elements = t.full + in.tokens() * in.c;
    return t;
  }

  template <class Env>
  static constexpr requirements require(shape in) {
    index const workspace = at_base(in) ? 0 : layout(in).elements;
    requirements r{.output = output(in), .workspace_forward = workspace, .workspace_backward = workspace, .parameters = 1 + prefix};
    r.parameter[0] = {.label = "pos_embed", .rank = 3, .extents = {1, prefix + Config.grid_h * Config.grid_w, in.c, 1},
                      .initial = {.rule = initializer_rule::truncated_normal, .millionths = 20'000}, .kind = parameter_kind::position};
    r.parameter[1] = {.label = "cls_token", .rank = 3, .extents = {1, 1, in.c, 1},
                      .initial = {.rule = initializer_rule::normal, .millionths = 1}, .kind = parameter_kind::token};
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index width = In.c, patches = In.tokens() * width, own = prefix * width, all = own + patches;
    static constexpr index base_row = index{Config.grid_w} * width, out_row = index{In.w} * width;
    static constexpr tables t = layout(In);

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      T const* table = f.parameter(op, 0);
      T const* patch_table = table + own;
      if constexpr (!at_base(In)) {
        interpolate(c, patch_table, f.at(op->workspace_forward));
        patch_table = f.at(op->workspace_forward) + t.full;
      }
      T* y = f.at(op->y);
      if constexpr (prefix > 0)
        backend::map2d(c, In.n, own, ops::add_row_strided_cell<T>{f.parameter(op, 1), 0, table, y, all});
      backend::map2d(c, In.n, patches, ops::add_row_strided_cell<T>{f.at(op->x), patches, patch_table, y + own, all});
    }

    static void backward(context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      if constexpr (Env::how.updates_weights) {
        T* gtable = f.gradient(op, 0);
        if constexpr (prefix > 0) backend::sum_cols(c, In.n, own, ops::value_at<T>{gy, all}, ops::store_added<T>{f.gradient(op, 1)});
        if constexpr (at_base(In)) {
          backend::sum_cols(c, In.n, all, ops::value_at<T>{gy, all}, ops::store_added<T>{gtable});
        } else {
          T* workspace = f.at(op->workspace_backward);
          if constexpr (prefix > 0) backend::sum_cols(c, In.n, own, ops::value_at<T>{gy, all}, ops::store_added<T>{gtable});
          backend::sum_cols(c, In.n, patches, ops::value_at<T>{gy + own, all}, ops::store<T>{workspace + t.full});
          interpolate_gradient(c, workspace, gtable + own);
        }
      }
      if (op->gx.exists()) backend::map2d(c, In.n, patches, ops::copy_strided_cell<T>{gy + own, all, f.at(op->gx), patches});
    }

   private:
    static void weights(context& c, T* workspace) {
      backend::map2d(c, In.h, Config.grid_h, ops::bicubic_weight_cell<T>{workspace + t.rows, Config.grid_h, In.h});
      backend::map2d(c, In.w, Config.grid_w, ops::bicubic_weight_cell<T>{workspace + t.cols, Config.grid_w, In.w});
    }
    /// First along each row of the base grid, then across rows.
    static void interpolate(context& c, T const* table, T* workspace) {
      weights(c, workspace);
      for (int i = 0; i < Config.grid_h; ++i)
        backend::gemm(c, backends::product<T>{.m = In.w, .n = width, .k = Config.grid_w, .a = workspace + t.cols,
                                              .lda = Config.grid_w, .b = table + i * base_row, .ldb = width,
                                              .c = workspace + t.half + i * out_row, .ldc = width});
      backend::gemm(c, backends::product<T>{.m = In.h, .n = out_row, .k = Config.grid_h, .a = workspace + t.rows, .lda = Config.grid_h,
                                            .b = workspace + t.half, .ldb = out_row, .c = workspace + t.full, .ldc = out_row});
    }
    /// The transpose, from the gradient of this grid's table; accumulates into gtable.
    static void interpolate_gradient(context& c, T* workspace, T* gtable) {
      weights(c, workspace);
      backend::gemm(c, backends::product<T>{.form = backends::gemm_form::tn, .m = Config.grid_h, .n = out_row, .k = In.h,
                                            .a = workspace + t.rows, .lda = Config.grid_h, .b = workspace + t.full, .ldb = out_row,
                                            .c = workspace + t.half, .ldc = out_row});
      for (int i = 0; i < Config.grid_h; ++i)
        backend::gemm(c, backends::product<T>{.form = backends::gemm_form::tn, .m = Config.grid_w, .n = width, .k = In.w,
                                              .a = workspace + t.cols, .lda = Config.grid_w, .b = workspace + t.half + i * out_row,
                                              .ldb = width, .c = gtable + i * base_row, .ldc = width, .beta = T(1)});
    }
  };
};

}  // namespace ssl::layers
