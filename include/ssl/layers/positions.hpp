// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <type_traits>

#include "ssl/backends/capabilities.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/interpolation.hpp"
#include "ssl/ops/positions.hpp"
#include "ssl/ops/rearrange.hpp"

namespace ssl::layers {

/// Where positions come from.
enum class position_table {
  learned,                ///< a parameter
  sine_cosine,            ///< fixed; the first half of the channels tells the column: MAE
  sine_cosine_rows_first  ///< fixed; the first half of the channels tells the row: MoCo v3
};

/// How positions of the base grid become those of another, as F.interpolate(mode = bicubic, align_corners = False) is called.
enum class interpolation {
  bicubic,           ///< size = the grid: Hugging Face
  bicubic_offset,    ///< scale_factor = (grid + 0.1) / base: DINO, DINOv2
  bicubic_antialias  ///< size = the grid, antialias = True: timm, DINOv2 with registers
};

struct positions_config {
  int grid_h = 0;         ///< base grid: its positions are the table, whatever the size of the image
  int grid_w = 0;
  int prefix_tokens = 0;  ///< 1: a class token with its own position comes first
  position_table table = position_table::learned;
  layers::interpolation interpolation = layers::interpolation::bicubic;
};

namespace detail {

/// Element of a fixed table: a quarter of the channels each for sine and cosine of both coordinates, at the angular frequencies
/// 10000^(-j / quarter). The class token's position is zero.
template <positions_config Config>
double sine_cosine(index element, int width) {
  index const channel = element % width, token = element / width - Config.prefix_tokens;
  if (token < 0) return 0;
  index const half = width / 2, quarter = width / 4;
  constexpr int columns = Config.grid_w > 0 ? Config.grid_w : 1;
  bool const tells_column = (channel < half) == (Config.table == position_table::sine_cosine);
  double const place = static_cast<double>(tells_column ? token % columns : token / columns);
  double const angle = place / std::pow(10000.0, static_cast<double>(channel % quarter) / static_cast<double>(quarter));
  return channel % half < quarter ? std::sin(angle) : std::cos(angle);
}

/// The table as a parameter, or as a buffer that is computed: files hold both under one name.
template <positions_config Config>
constexpr void request_positions(requirements& r, int width) {
  block_request table{.label = "pos_embed", .rank = 3, .extents = {1, Config.prefix_tokens + Config.grid_h * Config.grid_w, width, 1},
                      .initial = {.rule = initializer_rule::truncated_normal, .millionths = 20'000}, .kind = parameter_kind::position};
  if (Config.table == position_table::learned) return void(r.parameter[r.parameters++] = table);
  table.initial = initializer{.rule = initializer_rule::formula, .fan = width, .formula = &sine_cosine<Config>};
  r.buffer[r.buffers++] = table;
}

}  // namespace detail

/// Positions added to a grid of tokens; with `prefix_tokens` a learned class token is put before them.
///
/// Formula   y_t = x_t + R(pos)_t; R is the identity on the base grid and bicubic interpolation of the patch positions elsewhere.
///           With a class token: y_0 = cls_token + pos_0, and the patches follow
/// Shapes    x: (N, H, W, D) -> y: the same, or (N, 1, 1 + H W, D); pos_embed: (1, prefix + base grid, D), a buffer where it is fixed;
///           cls_token: (1, 1, D)
/// Gradient  writes gx; accumulates pos_embed and cls_token (exactly, by the transposed weights)
/// Errors    E101 a grid that is not positive, or more than one token before it; E102 a fixed table whose width is no multiple of 4
/// Cost      one pass each way; off the base grid also two small products, independent of N
/// Source    timm's VisionTransformer: names and initialisation; MAE's get_2d_sincos_pos_embed; interpolation as its enum says.
///           Deviation: none
template <positions_config Config>
struct positions : primitive<positions<Config>> {
  static constexpr int prefix = Config.prefix_tokens;
  static constexpr bool learned = Config.table == position_table::learned;
  static constexpr bool valid = Config.grid_h > 0 && Config.grid_w > 0 && (prefix == 0 || prefix == 1);
  static constexpr bool at_base(shape in) { return in.h == Config.grid_h && in.w == Config.grid_w; }
  static constexpr bool accepts(shape in) { return learned || in.c % 4 == 0; }
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
    requirements r{.output = output(in), .workspace_forward = workspace, .workspace_backward = learned ? workspace : 0};
    detail::request_positions<Config>(r, in.c);
    if (prefix > 0)
      r.parameter[r.parameters++] = {.label = "cls_token", .rank = 3, .extents = {1, 1, in.c, 1},
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
    static constexpr int class_token = learned ? 1 : 0;  ///< its number among the parameters

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      T const* table = learned ? f.parameter(op, 0) : f.buffer(op, 0);
      T const* patch_table = table + own;
      if constexpr (!at_base(In)) {
        interpolate(c, patch_table, f.at(op->workspace_forward));
        patch_table = f.at(op->workspace_forward) + t.full;
      }
      T* y = f.at(op->y);
      if constexpr (prefix > 0)
        backend::map2d(c, In.n, own, ops::add_row_strided_cell<T>{f.parameter(op, class_token), 0, table, y, all});
      backend::map2d(c, In.n, patches, ops::add_row_strided_cell<T>{f.at(op->x), patches, patch_table, y + own, all});
    }

    static void backward(context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      if constexpr (Env::how.updates_weights) {
        if constexpr (prefix > 0)
          backend::sum_cols(c, In.n, own, ops::value_at<T>{gy, all}, ops::store_added<T>{f.gradient(op, class_token)});
        if constexpr (learned) table_gradient(c, gy, f.gradient(op, 0), f.at(op->workspace_backward));
      }
      if (op->gx.exists()) backend::map2d(c, In.n, patches, ops::copy_strided_cell<T>{gy + own, all, f.at(op->gx), patches});
    }

   private:
    static void table_gradient(context& c, T const* gy, T* gtable, T* workspace) {
      if constexpr (at_base(In)) {
        backend::sum_cols(c, In.n, all, ops::value_at<T>{gy, all}, ops::store_added<T>{gtable});
      } else {
        if constexpr (prefix > 0) backend::sum_cols(c, In.n, own, ops::value_at<T>{gy, all}, ops::store_added<T>{gtable});
        backend::sum_cols(c, In.n, patches, ops::value_at<T>{gy + own, all}, ops::store<T>{workspace + t.full});
        interpolate_gradient(c, workspace, gtable + own);
      }
    }

    /// The matrix of one axis.
    static void weights(context& c, int base, int out, T* matrix) {
      using cell = std::conditional_t<Config.interpolation == interpolation::bicubic_antialias, ops::antialiased_weight_cell<T>,
                                      ops::bicubic_weight_cell<T>>;
      double const offset = Config.interpolation == interpolation::bicubic_offset ? 0.1 : 0;
      backend::map2d(c, out, base, cell{matrix, base, base / (out + offset)});
    }
    static void weights(context& c, T* workspace) {
      weights(c, Config.grid_h, In.h, workspace + t.rows);
      weights(c, Config.grid_w, In.w, workspace + t.cols);
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

/// Positions added to a whole sequence, in which the prefix tokens stand already.
///
/// Formula   y = x + pos
/// Shapes    x, y: (N, H, W, D), H W = prefix + base grid; pos_embed: (1, prefix + base grid, D), a buffer where it is fixed
/// Gradient  writes gx; accumulates pos_embed
/// Errors    E101 a grid that is not positive; E102 another number of tokens, a fixed table whose width is no multiple of 4
/// Source    MAE's decoder_pos_embed. Deviation: none
template <positions_config Config>
struct sequence_positions : primitive<sequence_positions<Config>> {
  static constexpr bool learned = Config.table == position_table::learned;
  static constexpr bool valid = Config.grid_h > 0 && Config.grid_w > 0 && Config.prefix_tokens >= 0;
  static constexpr bool accepts(shape in) {
    return in.tokens() == Config.prefix_tokens + index{Config.grid_h} * Config.grid_w && (learned || in.c % 4 == 0);
  }
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    requirements r{.output = in, .in_place = true};
    detail::request_positions<Config>(r, in.c);
    return r;
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index all = In.tokens() * In.c;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* table = learned ? f.parameter(op, 0) : f.buffer(op, 0);
      backend::map2d(c, In.n, all, ops::add_row_strided_cell<T>{f.at(op->x), all, table, f.at(op->y), all});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      if constexpr (learned && Env::how.updates_weights)
        backend::sum_cols(c, In.n, all, ops::value_at<T>{gy, all}, ops::store_added<T>{f.gradient(op, 0)});
      if (op->gx.exists()) backend::map2d(c, In.n, all, ops::copy_cell<T>{gy, f.at(op->gx), all});
    }
  };
};

}  // namespace ssl::layers
