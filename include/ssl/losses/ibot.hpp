// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/detail/predict_targets.hpp"
#include "ssl/losses/detail/teacher_targets.hpp"
#include "ssl/ops/tokens.hpp"

namespace ssl::losses {

struct ibot_config {
  teacher_targets targets = teacher_targets::centred;
};

/// Masked tokens predicted over prototypes: the student, which sees a mask token there, must say what the teacher says, which sees all.
///
/// Formula      L = 1 / V sum over views v and their masked tokens i of -1 / M_v sum_k t_ik log softmax(x_i / T_s)_k,
///              t_i = softmax((y_i - centre) / T_t), or Sinkhorn-Knopp of y / T_t over all masked tokens; M_v: masked tokens of view v
/// Shapes       student x and teacher y: (R, 1, 1, K), the masked tokens of all views one after the other, as layers::gather_masked packs
///              them; mask: (V, H, W, 1) integers, V H W >= R; centre: (1, 1, 1, K), which balanced targets do not take
/// Units        temperatures > 0, dimensionless; L in nats. Equal logits give log K times the share of views with a mask
/// Requires     balanced: logits / T_t within 80 of each other in float
/// Gradient     writes that of the student, zero in rows behind the last masked token; those of teacher and centre are 0
/// Errors       compile time: E306 (shapes that do not fit); run time: none
/// Cost         five passes over x, one over y (balanced: two for each iteration); workspace R K numbers
/// Source       Zhou et al. 2021 (iBOT), arXiv:2111.07832, equation 2; facebookresearch/dinov2: iBOTPatchLoss.forward_masked. Views
///              without a mask count in V, as there. Deviation: none
template <ibot_config Config = ibot_config{}>
struct ibot {
  struct options {
    double student_temperature = 0.1;
    double teacher_temperature = 0.04;
    int iterations = 3;  ///< of balanced targets
  };
  static constexpr bool has_centre = Config.targets == teacher_targets::centred;
  static constexpr int inputs = has_centre ? 4 : 3;
  static constexpr bool accepts(shape const* in) {
    return in[0].positive() && in[0] == in[1] && in[0].tokens() == 1 && in[2].positive() && in[2].c == 1 &&
           in[0].n <= in[2].elements() && (!has_centre || in[3] == in[0].with_batch(1));
  }

  template <class Env, shape Student, shape Teacher, shape Mask, shape... Centre>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = Student.n, classes = Student.c, views = Mask.n, tokens = Mask.tokens();
    using prediction = detail::predict_targets<Env, ops::weighted_target<T>, rows, classes>;
    static constexpr index workspace = prediction::workspace + views * tokens + views + rows + rows * classes + rows + classes;

    static void run(context& c, options const& o, loss_arguments<T, inputs> const& a) {
      T *place = a.workspace + prediction::workspace, *masked = place + views * tokens, *row_weight = masked + views;
      T *probability = row_weight + rows, *scratch = probability + rows * classes;
      ops::place_masked<backend>(c, views, tokens, a.integers[2], rows, place, masked);
      backend::map2d(c, 1, rows, ops::fill_cell<T>{row_weight, rows, T(0)});
      backend::map2d(c, views * tokens, 1, ops::masked_row_weight_cell<T>{place, masked, row_weight, tokens});

      T const* centre = nullptr;
      if constexpr (has_centre) centre = a.x[3];
      detail::make_targets<Config.targets, backend>(c, rows, classes, a.x[1], centre, o.teacher_temperature, o.iterations,
                                                    row_weight, probability, scratch);
      prediction::run(c, a.x[0], o.student_temperature, {probability, row_weight, classes}, T(1) / T(views),
                      {.gx = {a.gx[0]}, .loss = a.loss, .workspace = a.workspace, .weight = a.weight});
      detail::stop_at_student<backend, T, inputs>(c, a, {0, Teacher.elements(), 0, Centre.elements()...});
    }
  };
};

}  // namespace ssl::losses
