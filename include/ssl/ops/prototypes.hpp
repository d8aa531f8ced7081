// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/softmax.hpp"

/// Targets over prototypes for two global views, and the balanced assignment of rows to prototypes.
namespace ssl::ops {

/// What a row must predict: the targets of its image in the global views other than its own. Rows are stacked view-major, the two
/// global views first; the targets of global view g begin at row g * stride.
template <class T>
struct other_views_target {
  T const* probability;
  index images;
  index stride;
  index classes;
  PRETEXT_HD T operator()(index r, index k) const {
    index const view = r / images, image = r % images;
    T const first = view != 0 ? probability[image * classes + k] : T(0);
    T const second = view != 1 ? probability[(stride + image) * classes + k] : T(0);
    return first + second;
  }
};

/// probability times the weight of its row.
template <class T>
struct weighted_target {
  T const* probability;
  T const* weight;
  index classes;
  PRETEXT_HD T operator()(index r, index k) const { return weight[r] * probability[r * classes + k]; }
};

/// Rows without weight take no part in a balancing: their logits become too low to count, in place.
template <class T>
struct leave_out_cell {
  T* logit;
  T const* weight;
  index classes;
  PRETEXT_HD void operator()(index r, index k) const {
    if (weight[r] == T(0)) logit[r * classes + k] = T(-1e30);
  }
};

/// y = scale (x - centre), a centre for every column; none: 0.
template <class T>
struct centred_logit_cell {
  T const* x;
  T const* centre;
  T* y;
  index cols;
  T scale;
  PRETEXT_HD void operator()(index r, index c) const {
    y[r * cols + c] = scale * (x[r * cols + c] - (centre != nullptr ? centre[c] : T(0)));
  }
};

/// q = exp(q - largest), in place: one largest for all.
template <class T>
struct exponential_below_cell {
  T* q;
  T const* largest;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { q[r * cols + c] = math::exp(q[r * cols + c] - *largest); }
};

/// q factor, the factor belonging to the row or to the column: to be summed.
template <class T>
struct times_row_factor {
  T const* q;
  T const* factor;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return q[r * cols + c] * factor[r]; }
};
template <class T>
struct times_column_factor {
  T const* q;
  T const* factor;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return q[r * cols + c] * factor[c]; }
};

/// factor = share / sum; 0 for what holds nothing
template <class T>
struct store_share_over_sum {
  T* factor;
  T share;
  PRETEXT_HD void operator()(index i, T sum) const { factor[i] = sum > T(0) ? share / sum : T(0); }
};

/// q = q row factor * column factor
template <class T>
struct balance_cell {
  T* q;
  T const* row_factor;
  T const* column_factor;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { q[r * cols + c] *= row_factor[r] * column_factor[c]; }
};

/// Sinkhorn-Knopp: q becomes exp(q), with rows and columns scaled by turns so that all columns carry the same weight, and at last
/// every row sums to 1. Columns first, rows last. Rows far below the others (-1e30) take no part, and end as zeros.
///
/// Shapes    q: (rows, cols); workspace: rows + cols
/// Requires  iterations > 0; no column of q lies further below the largest q than exp can tell from zero
/// Cost      one pass for exp, two for each iteration, one for the result
template <class Backend, class T>
void sinkhorn_knopp(typename Backend::context& context, index rows, index cols, int iterations, T* q, T* workspace) {
  T *row_factor = workspace, *column_factor = workspace + rows;
  Backend::map2d(context, rows, 1, row_max_cell<T>{q, row_factor, cols});
  Backend::map2d(context, 1, 1, row_max_cell<T>{row_factor, column_factor, rows});
  Backend::map2d(context, rows, cols, exponential_below_cell<T>{q, column_factor, cols});
  Backend::map2d(context, 1, rows, fill_cell<T>{row_factor, rows, T(1)});
  for (int i = 0; i < iterations; ++i) {
    Backend::sum_cols(context, rows, cols, times_row_factor<T>{q, row_factor, cols},
                      store_share_over_sum<T>{column_factor, T(rows) / T(cols)});
    Backend::sum_rows(context, rows, cols, times_column_factor<T>{q, column_factor, cols},
                      store_share_over_sum<T>{row_factor, T(1)});
  }
  Backend::map2d(context, rows, cols, balance_cell<T>{q, row_factor, column_factor, cols});
}

}  // namespace ssl::ops
