// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

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

}  // namespace ssl::ops
