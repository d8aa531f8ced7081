// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/detail/predict_other_views.hpp"

namespace ssl::losses {

enum class earlier_scores { none, given };

struct swav_config {
  int views = 2;                                ///< the two global ones among them
  earlier_scores queue = earlier_scores::none;  ///< scores of earlier images, which only balance the codes
};

/// Swapped prediction of SwAV: every view must predict the code of each global view but its own.
///
/// Formula      L = mean over the 2 (V - 1) pairs (global view g, view s != g) and over the images of
///              -sum_k q_gk log softmax(x_s / T)_k,  q_g = Sinkhorn-Knopp of x_g / epsilon over the images (and the queue)
/// Shapes       scores x: (V N, 1, 1, K), view-major, the global views first; queue: (2 Q, 1, 1, K), the rows of global view 1, then
///              those of view 2
/// Units        temperature T, epsilon > 0, dimensionless; L in nats. Unrelated rows give about log K
/// Requires     scores / epsilon within 80 of each other in float, as cosines are
/// Gradient     writes gx; none passes through the codes, and that of the queue is 0
/// Errors       compile time: E306 (shapes that do not fit); run time: none
/// Cost         five passes over x, and two over the global rows for each iteration; workspace 2 (N + Q) K numbers
/// Source       Caron et al. 2020, arXiv:2006.09882, equations 2 to 5; facebookresearch/swav. Deviation: the largest score is taken off
///              before exp, which changes nothing but what overflows
template <swav_config Config = swav_config{}>
struct swav {
  struct options {
    double temperature = 0.1;
    double epsilon = 0.05;
    int iterations = 3;
    bool uses_queue = true;
  };
  static constexpr bool has_queue = Config.queue == earlier_scores::given;
  static constexpr int inputs = has_queue ? 2 : 1;
  static constexpr bool accepts(shape const* in) {
    return Config.views >= 2 && in[0].positive() && in[0].n % Config.views == 0 && in[0].tokens() == 1 &&
           (!has_queue || (in[1].positive() && in[1].n % 2 == 0 && in[1].with_batch(1) == in[0].with_batch(1)));
  }

  template <class Env, shape Scores, shape... Queue>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index images = Scores.n / Config.views, classes = Scores.c, kept = (index{0} + ... + Queue.n) / 2;
    static constexpr index rows = images + kept, codes = rows * classes;
    using prediction = detail::predict_other_views<Env, Config.views, images, classes>;
    static constexpr index workspace = prediction::workspace + 2 * codes + rows + classes;

    static void run(context& c, options const& o, loss_arguments<T, inputs> const& a) {
      T *code = a.workspace + prediction::workspace, *scratch = code + 2 * codes;
      T const scale = static_cast<T>(1 / o.epsilon);
      index const used = o.uses_queue ? rows : images;
      for (int g = 0; g < 2; ++g) {
        T* q = code + g * codes;
        backend::map2d(c, images, classes, ops::centred_logit_cell<T>{a.x[0] + g * images * classes, nullptr, q, classes, scale});
        if constexpr (has_queue)
          backend::map2d(c, used - images, classes,
                         ops::centred_logit_cell<T>{a.x[1] + g * kept * classes, nullptr, q + images * classes, classes, scale});
        ops::sinkhorn_knopp<backend>(c, used, classes, o.iterations, q, scratch);
      }
      prediction::run(c, a.x[0], o.temperature, {code, images, rows, classes},
                      {.gx = {a.gx[0]}, .loss = a.loss, .workspace = a.workspace, .weight = a.weight});
      if constexpr (has_queue)
        if (a.gx[1] != nullptr) backend::map2d(c, 2 * kept, classes, ops::fill_cell<T>{a.gx[1], classes, T(0)});
    }
  };
};

}  // namespace ssl::losses
