// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells over the patches of images, of which an order keeps the first few and hides the others.
namespace ssl::ops {

/// An image cut into square patches, row by row. The numbers of a patch are (row, column, channel).
struct patch_grid {
  int h = 0, w = 0, c = 0;
  int patch = 1;

  PRETEXT_HD constexpr index patches() const { return index{h / patch} * (w / patch); }
  PRETEXT_HD constexpr index numbers() const { return index{patch} * patch * c; }
  /// Where number i of patch p lies in its image.
  PRETEXT_HD constexpr index place(index p, index i) const {
    index const columns = w / patch, pitch = index{patch} * c;
    return ((p / columns * patch + i / pitch) * w + p % columns * patch) * c + i % pitch;
  }
};

/// Row r is the r-th hidden patch of the batch: where it lies among all patches.
template <patch_grid Grid, int Visible>
struct hidden_patches {
  static constexpr index patches = Grid.patches(), hidden = patches - Visible;
  std::int32_t const* order;  ///< (N, patches)
  PRETEXT_HD index image(index r) const { return r / hidden; }
  PRETEXT_HD index patch(index r) const { return order[r / hidden * patches + Visible + r % hidden]; }
};

/// Number i of the r-th hidden patch, to be summed.
template <class T, patch_grid Grid, int Visible>
struct hidden_pixel {
  T const* images;
  hidden_patches<Grid, Visible> which;
  PRETEXT_HD T operator()(index r, index i) const {
    return images[which.image(r) * Grid.h * Grid.w * Grid.c + Grid.place(which.patch(r), i)];
  }
};

/// (pixel - mean)^2, to be summed.
template <class T, patch_grid Grid, int Visible>
struct hidden_deviation {
  hidden_pixel<T, Grid, Visible> pixel;
  T const* mean;
  PRETEXT_HD T operator()(index r, index i) const {
    T const d = pixel(r, i) - mean[r];
    return d * d;
  }
};

/// Stores one over the deviation: that of a sum of squares over `numbers`, unbiased.
template <class T>
struct store_inverse_deviation {
  T* out;
  T numbers;
  T epsilon;
  PRETEXT_HD void operator()(index r, T sum) const { out[r] = 1 / math::sqrt(sum / (numbers - 1) + epsilon); }
};

/// Prediction minus target, which is (pixel - mean) scale: what the hidden patches of a prediction (N, patches, numbers) miss.
template <class T, patch_grid Grid, int Visible>
struct hidden_error {
  T const* prediction;
  hidden_pixel<T, Grid, Visible> pixel;
  T const* mean;
  T const* scale;
  PRETEXT_HD T operator()(index r, index i) const {
    auto const& which = pixel.which;
    index const row = which.image(r) * Grid.patches() + which.patch(r);
    return prediction[row * Grid.numbers() + i] - (pixel(r, i) - mean[r]) * scale[r];
  }
};

/// The square of it, to be summed.
template <class Error, class T>
struct squared_error {
  Error error;
  PRETEXT_HD T operator()(index r, index i) const {
    T const e = error(r, i);
    return e * e;
  }
};

/// gx = factor error of a hidden patch, 0 of a visible one: the gradient twin. Row q is place q % patches of the order of an image.
template <class T, patch_grid Grid, int Visible>
struct hidden_error_gradient_cell {
  hidden_error<T, Grid, Visible> error;
  T* gx;
  T factor;
  PRETEXT_HD void operator()(index q, index i) const {
    using which = hidden_patches<Grid, Visible>;
    index const image = q / which::patches, place = q % which::patches;
    index const row = image * which::patches + error.pixel.which.order[q];
    gx[row * Grid.numbers() + i] = place < Visible ? T(0) : factor * error(image * which::hidden + place - Visible, i);
  }
};

}  // namespace ssl::ops
