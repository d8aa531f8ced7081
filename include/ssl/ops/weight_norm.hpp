// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

/// Cells of a weight whose rows are given as length and direction: w = gain v / |v|. A null gain is 1.
namespace ssl::ops {

/// w = gain v / norm
template <class T>
struct normed_weight_cell {
  T const* v;
  T const* norm;
  T const* gain;
  T* w;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const {
    w[r * cols + c] = v[r * cols + c] * ((gain != nullptr ? gain[r] : T(1)) / norm[r]);
  }
};

/// From the sum gw . v of a row: along = gw . v / norm, the derivative by the gain, which is added to its gradient unless that is null.
template <class T>
struct store_gain_gradient {
  T const* norm;
  T* along;
  T* ggain;
  PRETEXT_HD void operator()(index r, T sum) const {
    along[r] = sum / norm[r];
    if (ggain != nullptr) ggain[r] += along[r];
  }
};

/// gv += gain / norm (gw - along v / norm)
template <class T>
struct direction_gradient_cell {
  T const* gw;
  T const* v;
  T const* norm;
  T const* gain;
  T const* along;
  T* gv;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const {
    index const i = r * cols + c;
    gv[i] += (gain != nullptr ? gain[r] : T(1)) / norm[r] * (gw[i] - along[r] * v[i] / norm[r]);
  }
};

}  // namespace ssl::ops
