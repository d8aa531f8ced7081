// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/detail/predict_targets.hpp"
#include "ssl/ops/prototypes.hpp"

namespace ssl::losses::detail {

/// Cross-entropy of every view with the targets of both global views, its own left out: the mean over the 2 (Views - 1) pairs of
/// views and over the images. Writes weight * gradient.
template <class Env, int Views, index Images, index Classes>
struct predict_other_views {
  using T = typename Env::scalar;
  using target = ops::other_views_target<T>;
  using prediction = predict_targets<Env, target, Views * Images, Classes>;
  static constexpr index workspace = prediction::workspace;

  static void run(typename Env::context& c, T const* x, double temperature, target const& t, loss_arguments<T, 1> const& a) {
    prediction::run(c, x, temperature, t, T(1) / T(2 * (Views - 1) * Images), a);
  }
};

}  // namespace ssl::losses::detail
