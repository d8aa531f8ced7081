// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/local_response_norm.hpp"

namespace ssl::layers {

struct local_response_norm_config {
  int size = 5;                 ///< channels that are seen, the channel itself in the middle
  int alpha_millionths = 100;   ///< 1e-4
  int beta_thousandths = 750;   ///< 0.75
  int k_thousandths = 1'000;    ///< 1
};

/// Division by the activity of the neighbouring channels at the same place, as in AlexNet.
///
/// Formula   y_c = x_c (k + alpha / size sum over j of x_j^2)^-beta, j from c - size / 2 to c + (size - 1) / 2 where there are such
/// Shapes    x, y: (N, H, W, C)
/// Gradient  writes gx
/// Errors    E101 a number that is not positive
/// Cost      size additions and one power per element forward, size additions and two powers backward, which reads x again and keeps one
///           number per element
/// Source    torch.nn.LocalResponseNorm; Krizhevsky et al. 2012, section 3.3 (without dividing alpha by the size). Deviation: none
template <local_response_norm_config Config = local_response_norm_config{}>
struct local_response_norm : primitive<local_response_norm<Config>> {
  static constexpr bool valid =
      Config.size > 0 && Config.alpha_millionths > 0 && Config.beta_thousandths > 0 && Config.k_thousandths > 0;
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = in, .saved = in.elements(), .workspace_backward = in.elements(), .reads_input = true};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index before = Config.size / 2, after = (Config.size - 1) / 2;
    static constexpr T share = T(Config.alpha_millionths) / T(1'000'000) / T(Config.size);
    static constexpr T beta = T(Config.beta_thousandths) / T(1000), k = T(Config.k_thousandths) / T(1000);

    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, In.rows(), In.c, ops::response_norm_cell<T>{f.at(op->x), f.at(op->saved), f.at(op->y), In.c, before, after, share, beta, k});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (!op->gx.exists()) return;
      T const *gy = f.at(op->gy), *x = f.at(op->x), *base = f.at(op->saved);
      T* pull = f.at(op->workspace_backward);
      backend::map2d(c, In.rows(), In.c, ops::response_pull_cell<T>{gy, x, base, pull, In.c, beta});
      backend::map2d(c, In.rows(), In.c, ops::response_norm_gradient_cell<T>{gy, x, base, pull, f.at(op->gx), In.c, after, before, share, beta});
    }
  };
};

}  // namespace ssl::layers
