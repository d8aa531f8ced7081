// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/batch_norm.hpp"

namespace ssl::layers {

/// Which learned parameters follow a normalisation.
enum class affine { none, scale, scale_and_shift };

struct batch_norm_config {
  layers::affine affine = layers::affine::scale_and_shift;
  int epsilon_billionths = 10'000;  ///< 1e-5
  int momentum_thousandths = 100;   ///< share of the new batch in the running statistics: 0.1, as in PyTorch
  int scale_millionths = 1'000'000; ///< initial scale; 0 for the last norm of a residual block
};

/// Normalisation of every channel over batch and places.
///
/// Formula   y = (x - mean) / sqrt(variance + epsilon) * scale + shift
/// Shapes    x, y: (N, H, W, C); scale, shift, running_mean, running_var: (C)
/// Statistics training: of the batch (variance divided by n), over all views together or over each of `statistics_groups` equal parts;
///           the running values follow with the unbiased variance, once per part in order. evaluation: the running values.
/// Gradient  writes gx; accumulates scale and shift
/// Errors    E101 an epsilon or momentum that is not positive; E102 a batch that does not divide into the groups is refused by the graph
/// Cost      three passes forward, two backward; backward reads x again, keeps mean and 1 / deviation
/// Source    torch.nn.BatchNorm2d, BatchNorm1d. Deviation: none
template <batch_norm_config Config = batch_norm_config{}>
struct batch_norm : primitive<batch_norm<Config>> {
  static constexpr bool valid = Config.epsilon_billionths > 0 && Config.momentum_thousandths > 0;
  static constexpr bool has_scale = Config.affine != affine::none;
  static constexpr bool has_shift = Config.affine == affine::scale_and_shift;
  static constexpr shape output(shape in) { return in; }

  template <class Env>
  static constexpr requirements require(shape in) {
    requirements r{.output = in, .saved = 2 * index{in.c} * Env::how.statistics_groups, .workspace_forward = 4 * index{in.c},
                   .workspace_backward = 2 * index{in.c}, .reads_input = true,
                   .reach = Env::how.mode == execution_mode::evaluation ? reach::sample : reach::statistics_group, .parameters = has_shift ? 2 : has_scale ? 1 : 0, .buffers = 2};
    int const c = in.c;
    r.parameter[0] = {.label = "weight", .extents = {c, 1, 1, 1}, .initial = {.millionths = Config.scale_millionths}, .kind = parameter_kind::norm_scale};
    r.parameter[1] = {.label = "bias", .extents = {c, 1, 1, 1}, .kind = parameter_kind::norm_shift};
    r.buffer[0] = {.label = "running_mean", .extents = {c, 1, 1, 1}};
    r.buffer[1] = {.label = "running_var", .extents = {c, 1, 1, 1}, .initial = {.millionths = 1'000'000}};
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr int groups = Env::how.mode == execution_mode::evaluation ? 1 : Env::how.statistics_groups;
    static constexpr index rows = In.rows() / groups, cols = In.c, part = rows * cols;
    static constexpr bool own_statistics = Env::how.mode != execution_mode::evaluation;
    static constexpr bool tuned = requires(context& c, T* p) { backend::batch_norm_statistics(c, rows, cols, p, p, p); };

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      T* workspace = f.at(op->workspace_forward);
      for (int g = 0; g < groups; ++g) {
        T const* x = f.at(op->x) + g * part;
        T* mean = op->saved.exists() ? f.at(op->saved) + g * 2 * cols : workspace + 2 * cols;
        T* rstd = mean + cols;
        statistics(c, f, op, x, mean, rstd, workspace);
        T const* scale = has_scale ? f.parameter(op, 0) : nullptr;
        T const* shift = has_shift ? f.parameter(op, 1) : nullptr;
        T* y = f.at(op->y) + g * part;
        if constexpr (tuned) {
          backend::map2d(c, 1, cols, ops::fold_statistics_cell<T>{mean, rstd, scale, shift, workspace, workspace + cols});
          backend::batch_norm_apply(c, rows, cols, x, workspace, workspace + cols, y);
        } else {
          backend::map2d(c, rows, cols, ops::normalise_cell<T>{x, mean, rstd, scale, shift, y, cols});
        }
      }
    }

    static void backward(context& c, frame<T> const& f, op_record const* op) {
      T* sum_gy = f.at(op->workspace_backward);
      T* sum_gy_normal = sum_gy + cols;
      for (int g = 0; g < groups; ++g) {
        T const *x = f.at(op->x) + g * part, *gy = f.at(op->gy) + g * part;
        T const* mean = f.at(op->saved) + g * 2 * cols;
        T const* rstd = mean + cols;
        sums(c, gy, x, mean, rstd, sum_gy, sum_gy_normal);
        if constexpr (Env::how.updates_weights) {
          if constexpr (has_scale) backend::map2d(c, 1, cols, ops::accumulate_cell<T>{sum_gy_normal, f.gradient(op, 0), cols});
          if constexpr (has_shift) backend::map2d(c, 1, cols, ops::accumulate_cell<T>{sum_gy, f.gradient(op, 1), cols});
        }
        if (!op->gx.exists()) continue;
        T const* scale = has_scale ? f.parameter(op, 0) : nullptr;
        T* gx = f.at(op->gx) + g * part;
        if constexpr (tuned && own_statistics)
          backend::batch_norm_backward_apply(c, rows, cols, gy, x, mean, rstd, scale, sum_gy, sum_gy_normal, gx);
        else
          backend::map2d(c, rows, cols, ops::normalise_gradient_cell<T>{gy, x, mean, rstd, scale, own_statistics ? sum_gy : nullptr, sum_gy_normal,
                                                                        gx, cols, T(rows)});
      }
    }

   private:
    static constexpr T epsilon = T(Config.epsilon_billionths) / T(1'000'000'000);

    static void statistics(context& c, frame<T> const& f, op_record const* op, T const* x, T* mean, T* rstd, T* variance) {
      if constexpr (!own_statistics) {
        backend::map2d(c, 1, cols, ops::stored_statistics_cell<T>{f.buffer(op, 0), f.buffer(op, 1), mean, rstd, epsilon});
      } else {
        T const rate = Env::how.mode == execution_mode::calibration ? f.calibration_rate : T(Config.momentum_thousandths) / T(1000);
        ops::running_statistics<T> const running{f.recomputes ? nullptr : f.buffer(op, 0), f.buffer(op, 1), rate};
        if constexpr (tuned) {
          backend::batch_norm_statistics(c, rows, cols, x, mean, variance);
          backend::map2d(c, 1, cols, ops::rstd_cell<T>{mean, variance, rstd, T(rows), epsilon, running});
        } else {
          backend::sum_cols(c, rows, cols, ops::value_at<T>{x, cols}, ops::store_mean<T>{mean, T(rows)});
          backend::sum_cols(c, rows, cols, ops::centred_square<T>{x, mean, cols}, ops::store_rstd<T>{mean, rstd, T(rows), epsilon, running});
        }
      }
    }
    static void sums(context& c, T const* gy, T const* x, T const* mean, T const* rstd, T* sum_gy, T* sum_gy_normal) {
      if constexpr (tuned) {
        backend::batch_norm_backward_sums(c, rows, cols, gy, x, mean, rstd, sum_gy, sum_gy_normal);
      } else {
        backend::sum_cols(c, rows, cols, ops::value_at<T>{gy, cols}, ops::store<T>{sum_gy});
        backend::sum_cols(c, rows, cols, ops::gradient_times_normal<T>{gy, x, mean, rstd, cols}, ops::store<T>{sum_gy_normal});
      }
    }
  };
};

}  // namespace ssl::layers
