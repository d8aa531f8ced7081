// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/l2_normalize.hpp"

/// Cosines of the views of an image with their mean. Rows are stacked view-major.
namespace ssl::ops {

/// mean = 1 / views sum over views of x, as a cell over (images, cols).
template <class T>
struct mean_view_cell {
  T const* x;
  T* mean;
  index images;
  index views;
  index cols;
  PRETEXT_HD void operator()(index i, index c) const {
    T sum = 0;
    for (index v = 0; v < views; ++v) sum += x[(v * images + i) * cols + c];
    mean[i * cols + c] = sum / T(views);
  }
};

/// The product of a row with the mean row of its image, to be summed.
template <class T>
struct mean_view_product {
  T const* x;
  T const* mean;
  index images;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return x[r * cols + c] * mean[r % images * cols + c]; }
};

/// cosine = dot / (norm of the row, norm of the mean row)
template <class T>
struct store_mean_view_cosine {
  T const* norm;
  T const* mean_norm;
  T* cosine;
  index images;
  PRETEXT_HD void operator()(index r, T dot) const {
    cosine[r] = dot / (math::max(norm[r], smallest_norm<T>) * math::max(mean_norm[r % images], smallest_norm<T>));
  }
};

/// through = d(sum over views of cosine) / d(a view) by way of the mean, the same for every view; over (images, cols).
template <class T>
struct through_mean_view_cell {
  T const* x;
  T const* norm;
  T const* mean;
  T const* mean_norm;
  T const* cosine;
  T* through;
  index images;
  index views;
  index cols;
  PRETEXT_HD void operator()(index i, index c) const {
    T units = 0, cosines = 0;
    for (index v = 0; v < views; ++v) {
      index const r = v * images + i;
      units += x[r * cols + c] / math::max(norm[r], smallest_norm<T>);
      cosines += cosine[r];
    }
    T const length = math::max(mean_norm[i], smallest_norm<T>);
    if (mean_norm[i] > smallest_norm<T>) units -= cosines * mean[i * cols + c] / length;
    through[i * cols + c] = units / (T(views) * length);
  }
};

/// gx = factor d(sum of all cosines) / dx
template <class T>
struct mean_view_gradient_cell {
  T const* x;
  T const* norm;
  T const* mean;
  T const* mean_norm;
  T const* cosine;
  T const* through;
  T* gx;
  index images;
  index cols;
  T factor;
  PRETEXT_HD void operator()(index r, index c) const {
    index const i = r % images;
    T const length = math::max(norm[r], smallest_norm<T>);
    T direct = mean[i * cols + c] / math::max(mean_norm[i], smallest_norm<T>);
    if (norm[r] > smallest_norm<T>) direct -= cosine[r] * x[r * cols + c] / length;
    gx[r * cols + c] = factor * (direct / length + through[i * cols + c]);
  }
};

}  // namespace ssl::ops
