// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/arithmetic.hpp"

/// Cells that choose tokens by integers. An order holds, for every image, which of its `places` tokens comes at each place; a row is the
/// distance from one image to the next, in elements.
namespace ssl::ops {

/// y = the token of x that the order names, over (images, chosen tokens x width).
template <class T>
struct gather_tokens_cell {
  T const* x;
  index x_row;
  T* y;
  index y_row;
  std::int32_t const* order;
  index places, width;
  PRETEXT_HD void operator()(index n, index i) const {
    y[n * y_row + i] = x[n * x_row + order[n * places + i / width] * width + i % width];
  }
};

/// The inverse, over (images, all places x width): places beyond the first `kept` of the order get the token `missing`, or zeros.
template <class T>
struct scatter_tokens_cell {
  T const* x;
  index x_row;
  T* y;
  index y_row;
  std::int32_t const* order;
  index places, width, kept;
  T const* missing;
  PRETEXT_HD void operator()(index n, index i) const {
    index const place = i / width, c = i % width;
    T const other = missing == nullptr ? T(0) : missing[c];
    y[n * y_row + order[n * places + place] * width + c] = place < kept ? x[n * x_row + i] : other;
  }
};

/// The gradient of `missing`: the gradients of all places that got it, over (images x missing tokens, width).
template <class T>
struct missing_token_gradient {
  T const* gy;
  index gy_row;
  std::int32_t const* order;
  index places, width, kept;
  PRETEXT_HD T operator()(index r, index c) const {
    index const n = r / (places - kept), place = kept + r % (places - kept);
    return gy[n * gy_row + order[n * places + place] * width + c];
  }
};

/// y = x, and the token (or zeros) in every row whose mask is not 0. y may be x.
template <class T>
struct mask_rows_cell {
  T const* x;
  std::int32_t const* mask;
  T const* token;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const {
    y[r * cols + c] = mask[r] == 0 ? x[r * cols + c] : token == nullptr ? T(0) : token[c];
  }
};

/// x where the mask is not 0, else 0; for sums.
template <class T>
struct masked_value {
  T const* x;
  std::int32_t const* mask;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return mask[r] == 0 ? T(0) : x[r * cols + c]; }
};

/// 1 where the mask is not 0; for sums.
template <class T>
struct is_masked {
  std::int32_t const* mask;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return mask[r * cols + c] == 0 ? T(0) : T(1); }
};

/// place = where a masked token comes among the masked tokens of all images, one image after another; -1 for tokens that are not masked,
/// or come at `capacity` or later. A cell over (images, 1).
template <class T>
struct masked_place_cell {
  std::int32_t const* mask;
  T const* masked;  ///< tokens of every image
  T* place;
  index tokens;
  index capacity;
  PRETEXT_HD void operator()(index n, index) const {
    index next = 0;
    for (index m = 0; m < n; ++m) next += static_cast<index>(masked[m]);
    for (index t = n * tokens; t < (n + 1) * tokens; ++t) {
      bool const placed = mask[t] != 0 && next < capacity;
      place[t] = placed ? static_cast<T>(next) : T(-1);
      next += placed;
    }
  }
};

/// Counts the masked tokens of every image, and gives each its place.
///
/// Shapes  mask, place: (images, tokens); masked: (images)
template <class Backend, class T>
void place_masked(typename Backend::context& context, index images, index tokens, std::int32_t const* mask, index capacity,
                  T* place, T* masked) {
  Backend::sum_rows(context, images, tokens, is_masked<T>{mask, tokens}, store<T>{masked});
  Backend::map2d(context, images, 1, masked_place_cell<T>{mask, masked, place, tokens, capacity});
}

/// y[place] = token, over (images, tokens x width); an x_row holds all tokens of an image, x begins at the first that may be masked.
template <class T>
struct pack_masked_cell {
  T const* x;
  index x_row;
  T const* place;
  T* y;
  index tokens, width;
  PRETEXT_HD void operator()(index n, index i) const {
    index const to = static_cast<index>(place[n * tokens + i / width]);
    if (to >= 0) y[to * width + i % width] = x[n * x_row + i];
  }
};

/// The gradient twin, over (images, all tokens x width): zero for tokens that have no place, the first ones among them.
template <class T>
struct unpack_masked_cell {
  T const* gy;
  T const* place;
  T* gx;
  index gx_row;
  index first, tokens, width;
  PRETEXT_HD void operator()(index n, index i) const {
    index const t = i / width - first;
    index const from = t < 0 ? -1 : static_cast<index>(place[n * tokens + t]);
    gx[n * gx_row + i] = from < 0 ? T(0) : gy[from * width + i % width];
  }
};

/// weight[place] = 1 / masked tokens of its image, over (images x tokens, 1).
template <class T>
struct masked_row_weight_cell {
  T const* place;
  T const* masked;
  T* weight;
  index tokens;
  PRETEXT_HD void operator()(index t, index) const {
    if (place[t] >= T(0)) weight[static_cast<index>(place[t])] = T(1) / masked[t / tokens];
  }
};

/// x in rows before the count, else 0; for sums.
template <class T>
struct leading_row {
  T const* x;
  T const* count;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return T(r) < *count ? x[r * cols + c] : T(0); }
};

/// mean = sum / count, at most of so many rows; 0 of none.
template <class T>
struct store_mean_of_leading {
  T* mean;
  T const* count;
  T rows;
  PRETEXT_HD void operator()(index i, T sum) const {
    T const n = *count < rows ? *count : rows;
    mean[i] = n > T(0) ? sum / n : T(0);
  }
};

/// gx = gy / count in the rows before the count, else 0.
template <class T>
struct mean_of_leading_gradient_cell {
  T const* gy;
  T const* count;
  T* gx;
  index cols;
  T rows;
  PRETEXT_HD void operator()(index r, index c) const {
    gx[r * cols + c] = T(r) < *count ? gy[c] / (*count < rows ? *count : rows) : T(0);
  }
};

}  // namespace ssl::ops
