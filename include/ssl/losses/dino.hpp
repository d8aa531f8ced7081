// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/detail/predict_other_views.hpp"
#include "ssl/losses/detail/teacher_targets.hpp"

namespace ssl::losses {

struct dino_config {
  int views = 2;  ///< of the student, the two global ones among them
  teacher_targets targets = teacher_targets::centred;
};

/// Self-distillation over prototypes: every view of the student must predict what the teacher says of each global view but its own.
///
/// Formula      L = mean over the 2 (V - 1) pairs (global view g, student view s != g) and over the images of
///              -sum_k t_gk log softmax(x_s / T_s)_k,  t_g = softmax((y_g - centre) / T_t), or Sinkhorn-Knopp of y / T_t
/// Shapes       student x: (V N, 1, 1, K), view-major, the global views first; teacher y: (2N, 1, 1, K); centre: (1, 1, 1, K), which
///              balanced targets do not take
/// Units        temperatures > 0, dimensionless; L in nats. Equal logits give log K
/// Requires     balanced: logits / T_t within 80 of each other in float
/// Gradient     writes that of the student; those of teacher and centre are 0
/// Errors       compile time: E306 (shapes that do not fit); run time: none
/// Cost         five passes over x, one over y (balanced: two for each iteration); workspace 2 N K numbers
/// Source       Caron et al. 2021, arXiv:2104.14294, equations 1 to 4; facebookresearch/dino: DINOLoss. Deviation: none. Oquab et al.
///              2023, arXiv:2304.07193, and facebookresearch/dinov2: the sum of their terms of local and of global crops is this loss
template <dino_config Config = dino_config{}>
struct dino {
  struct options {
    double student_temperature = 0.1;
    double teacher_temperature = 0.04;
    int iterations = 3;  ///< of balanced targets
  };
  static constexpr bool has_centre = Config.targets == teacher_targets::centred;
  static constexpr int inputs = has_centre ? 3 : 2;
  static constexpr bool accepts(shape const* in) {
    int const images = in[1].n / 2;
    return Config.views >= 2 && in[1].positive() && in[1].n % 2 == 0 && in[1].tokens() == 1 &&
           in[0] == in[1].with_batch(Config.views * images) && (!has_centre || in[2] == in[1].with_batch(1));
  }

  template <class Env, shape Student, shape Teacher, shape... Centre>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index images = Teacher.n / 2, classes = Student.c, rows = 2 * images;
    using prediction = detail::predict_other_views<Env, Config.views, images, classes>;
    static constexpr index workspace = prediction::workspace + rows * classes + rows + classes;

    static void run(context& c, options const& o, loss_arguments<T, inputs> const& a) {
      T *probability = a.workspace + prediction::workspace, *scratch = probability + rows * classes;
      T const* centre = nullptr;
      if constexpr (has_centre) centre = a.x[2];
      detail::make_targets<Config.targets, backend, T>(c, rows, classes, a.x[1], centre, o.teacher_temperature, o.iterations,
                                                       nullptr, probability, scratch);
      prediction::run(c, a.x[0], o.student_temperature, {probability, images, images, classes},
                      {.gx = {a.gx[0]}, .loss = a.loss, .workspace = a.workspace, .weight = a.weight});
      detail::stop_at_student<backend, T, inputs>(c, a, {0, Teacher.elements(), Centre.elements()...});
    }
  };
};

}  // namespace ssl::losses
