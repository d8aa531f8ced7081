// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/frame.hpp"
#include "ssl/objectives/objective.hpp"
#include "ssl/ops/queue.hpp"

namespace ssl::objectives::detail {

/// Rule of a queue: the rows of x, brought to length 1, take the place of the oldest. The queue has a part for each of the first Parts
/// views of x, which has Views of them.
///
/// Formula   batch b writes from row (b mod ceil(K / N)) N on; where K is not a multiple of N, rows beyond the end are dropped, as in
///           lightly's memory bank; the published MoCo wants a multiple
template <int Parts = 1, int Views = Parts>
struct enqueue {
  template <class Env, shape Bank, shape X, class Options>
  static void run(typename Env::context& c, Options const&, update_time now, typename Env::scalar* bank,
                  typename Env::scalar const* x) {
    constexpr index kept = Bank.rows() / Parts, rows = X.rows() / Views, width = X.c;
    index const first = now.batch % ((kept + rows - 1) / rows) * rows;
    for (int p = 0; p < Parts; ++p)
      Env::backend::map2d(
          c, rows, 1, ops::enqueue_cell<typename Env::scalar>{x + p * rows * width, bank + p * kept * width, width, kept, first});
  }
};

}  // namespace ssl::objectives::detail
