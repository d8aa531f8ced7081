// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/contrastive.hpp"
#include "ssl/ops/l2_normalize.hpp"
#include "ssl/ops/products.hpp"

/// Cosines between rows of two matrices of the same shape.
namespace ssl::ops {

/// Which row of the second matrix a row of the first is compared with. Both are the same map in the other direction.
enum class pairing {
  same_row,
  other_view  ///< rows are stacked view-major: row i with the same image's row of the other half
};

template <pairing Pairing>
PRETEXT_HD PRETEXT_INLINE constexpr index partner_of(index r, index rows) {
  return Pairing == pairing::same_row ? r : positive_of(r, rows);
}

/// The product of a row of x with its partner in y, to be summed.
template <pairing Pairing, class T>
struct partner_product {
  T const* x;
  T const* y;
  index rows;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return x[r * cols + c] * y[partner_of<Pairing>(r, rows) * cols + c]; }
};

/// cosine = dot / (max(|x|, smallest) max(|y|, smallest))
template <pairing Pairing, class T>
struct store_cosine {
  T const* norm_x;
  T const* norm_y;
  T* cosine;
  index rows;
  T smallest;
  PRETEXT_HD void operator()(index r, T dot) const {
    cosine[r] = dot / (math::max(norm_x[r], smallest) * math::max(norm_y[partner_of<Pairing>(r, rows)], smallest));
  }
};

/// Whether a gradient is that of the first or the second matrix: cosines are indexed by rows of the first.
enum class cosine_side { first, second };

/// gx = factor d cosine / dx, x being one of the two matrices and y the other.
template <pairing Pairing, cosine_side Side, class T>
struct cosine_gradient_cell {
  T const* x;
  T const* y;
  T const* norm_x;
  T const* norm_y;
  T const* cosine;
  T* gx;
  index rows;
  index cols;
  T factor;
  T smallest;
  PRETEXT_HD void operator()(index r, index c) const {
    index const p = partner_of<Pairing>(r, rows);
    T const unit_y = y[p * cols + c] / math::max(norm_y[p], smallest);
    T const cos = cosine[Side == cosine_side::first ? r : p];
    T const g = norm_x[r] > smallest ? (unit_y - cos * x[r * cols + c] / norm_x[r]) / norm_x[r] : unit_y / smallest;
    gx[r * cols + c] = factor * g;
  }
};

/// cosine(r) = x_r . y_p / (|x_r| |y_p|), p the partner of r; norms are raised to 1e-12. Also gives the norms of all rows.
template <class Backend, pairing Pairing = pairing::same_row, class T>
void cosine_rows(typename Backend::context& context, index rows, index cols, T const* x, T const* y, T* norm_x, T* norm_y,
                 T* cosine) {
  Backend::sum_rows(context, rows, cols, product_of<T>{x, x, cols}, store_root<T>{norm_x});
  Backend::sum_rows(context, rows, cols, product_of<T>{y, y, cols}, store_root<T>{norm_y});
  Backend::sum_rows(context, rows, cols, partner_product<Pairing, T>{x, y, rows, cols},
                    store_cosine<Pairing, T>{norm_x, norm_y, cosine, rows, T(1e-12)});
}

}  // namespace ssl::ops
