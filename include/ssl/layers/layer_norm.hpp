// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/layer_norm.hpp"

namespace ssl::layers {

struct layer_norm_config {
  layers::affine affine = layers::affine::scale_and_shift;
  int epsilon_billionths = 1'000;  ///< 1e-6, as timm's vision transformers; PyTorch's own default is 1e-5
};

/// Normalisation of every row (token) over its channels.
///
/// Formula   y = (x - mean) / sqrt(variance + epsilon) * scale + shift, the variance divided by C
/// Shapes    x, y: (N, H, W, C); scale ("weight"), shift ("bias"): (C)
/// Gradient  writes gx; accumulates scale and shift
/// Errors    E101 an epsilon that is not positive
/// Cost      three passes forward, four backward; backward reads x again, keeps mean and 1 / deviation of every row. Tuned forms:
///           layer_norm_forward(context, rows, cols, x, scale, shift, epsilon, mean, rstd, y) and
///           layer_norm_backward(context, rows, cols, gy, x, mean, rstd, scale, gx), one pass each; scale and shift may be null
/// Source    torch.nn.LayerNorm over the last axis: names and initialisation. Deviation: the default epsilon
template <layer_norm_config Config = layer_norm_config{}>
struct layer_norm : primitive<layer_norm<Config>> {
  static constexpr bool valid = Config.epsilon_billionths > 0;
  static constexpr bool has_scale = Config.affine != affine::none;
  static constexpr bool has_shift = Config.affine == affine::scale_and_shift;
  static constexpr shape output(shape in) { return in; }

  template <class Env>
  static constexpr requirements require(shape in) {
    index const statistics = 2 * in.rows();
    requirements r{.output = in, .saved = statistics, .workspace_forward = statistics, .workspace_backward = statistics,
                   .reads_input = true, .parameters = has_shift ? 2 : has_scale ? 1 : 0};
    r.parameter[0] = {.label = "weight", .extents = {in.c, 1, 1, 1}, .initial = {.millionths = 1'000'000},
                      .kind = parameter_kind::norm_scale};
    r.parameter[1] = {.label = "bias", .extents = {in.c, 1, 1, 1}, .kind = parameter_kind::norm_shift};
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = In.rows(), cols = In.c;
    static constexpr T epsilon = T(Config.epsilon_billionths) / T(1'000'000'000);

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      T const* x = f.at(op->x);
      T* mean = f.at(op->saved.exists() ? op->saved : op->workspace_forward);
      T* rstd = mean + rows;
      T const* scale = has_scale ? f.parameter(op, 0) : nullptr;
      T const* shift = has_shift ? f.parameter(op, 1) : nullptr;
      if constexpr (requires { backend::layer_norm_forward(c, rows, cols, x, scale, shift, epsilon, mean, rstd, mean); }) {
        backend::layer_norm_forward(c, rows, cols, x, scale, shift, epsilon, mean, rstd, f.at(op->y));
      } else {
        backend::sum_rows(c, rows, cols, ops::value_at<T>{x, cols}, ops::store_row_mean<T>{mean, T(cols)});
        backend::sum_rows(c, rows, cols, ops::row_centred_square<T>{x, mean, cols}, ops::store_row_rstd<T>{rstd, T(cols), epsilon});
        backend::map2d(c, rows, cols, ops::row_normalise_cell<T>{x, mean, rstd, scale, shift, f.at(op->y), cols});
      }
    }

    static void backward(context& c, frame<T> const& f, op_record const* op) {
      T const *x = f.at(op->x), *gy = f.at(op->gy);
      T const* mean = f.at(op->saved);
      T const* rstd = mean + rows;
      if constexpr (Env::how.updates_weights) {
        if constexpr (has_scale)
          backend::sum_cols(c, rows, cols, ops::row_gradient_times_normal<T>{gy, x, mean, rstd, nullptr, cols},
                            ops::store_added<T>{f.gradient(op, 0)});
        if constexpr (has_shift) backend::sum_cols(c, rows, cols, ops::value_at<T>{gy, cols}, ops::store_added<T>{f.gradient(op, 1)});
      }
      if (!op->gx.exists()) return;
      T const* scale = has_scale ? f.parameter(op, 0) : nullptr;
      T* gx = f.at(op->gx);
      if constexpr (requires { backend::layer_norm_backward(c, rows, cols, gy, x, mean, rstd, scale, gx); }) {
        backend::layer_norm_backward(c, rows, cols, gy, x, mean, rstd, scale, gx);
      } else {
        T* sum_g = f.at(op->workspace_backward);
        T* sum_g_normal = sum_g + rows;
        backend::sum_rows(c, rows, cols, ops::scaled_gradient<T>{gy, scale, cols}, ops::store<T>{sum_g});
        backend::sum_rows(c, rows, cols, ops::row_gradient_times_normal<T>{gy, x, mean, rstd, scale, cols}, ops::store<T>{sum_g_normal});
        backend::map2d(c, rows, cols, ops::row_normalise_gradient_cell<T>{gy, x, mean, rstd, scale, sum_g, sum_g_normal, gx, cols});
      }
    }
  };
};

}  // namespace ssl::layers
