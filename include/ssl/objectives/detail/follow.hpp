// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/objectives/objective.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/queue.hpp"

namespace ssl::objectives::detail {

/// The rule of a moving centre: centre <- m centre + (1 - m) mean of the rows, m = options.centre_momentum.
struct follow {
  template <class Env, shape Centre, shape X, class Options>
  static void run(typename Env::context& c, Options const& o, update_time now, typename Env::scalar* centre,
                  typename Env::scalar const* x) {
    using T = typename Env::scalar;
    T const kept = static_cast<T>(o.centre_momentum.at(now.step));
    Env::backend::sum_cols(c, X.rows(), X.c, ops::value_at<T>{x, X.c},
                           ops::follow_sum<T>{centre, kept, (1 - kept) / T(X.rows())});
  }
};

}  // namespace ssl::objectives::detail
