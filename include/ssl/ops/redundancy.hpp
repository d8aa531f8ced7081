// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells of losses on a matrix of correlations or covariances between channels.
namespace ssl::ops {

/// (1 - C)^2 on the diagonal, penalty C^2 beside it: to be summed.
template <class T>
struct correlation_term {
  T const* correlation;
  index channels;
  T penalty;
  PRETEXT_HD T operator()(index i, index j) const {
    T const x = correlation[i * channels + j];
    return i == j ? (T(1) - x) * (T(1) - x) : penalty * x * x;
  }
};

/// C = factor d(sum of the terms) / dC, in place.
template <class T>
struct correlation_gradient_cell {
  T* correlation;
  index channels;
  T penalty;
  T factor;
  PRETEXT_HD void operator()(index i, index j) const {
    T& x = correlation[i * channels + j];
    x = factor * 2 * (i == j ? x - T(1) : penalty * x);
  }
};

/// max(0, 1 - sqrt(variance + epsilon)) on the diagonal, covariance^2 beside it, each times its weight: to be summed.
template <class T>
struct covariance_term {
  T const* covariance;
  index channels;
  T variance_weight;
  T covariance_weight;
  T epsilon;
  PRETEXT_HD T operator()(index i, index j) const {
    T const x = covariance[i * channels + j];
    return i == j ? variance_weight * math::max(T(0), T(1) - math::sqrt(x + epsilon)) : covariance_weight * x * x;
  }
};

/// C = factor d(sum of the terms) / d(C + its mirror image), in place: one product with it gives the gradient of centred rows.
template <class T>
struct covariance_gradient_cell {
  T* covariance;
  index channels;
  T variance_weight;
  T covariance_weight;
  T epsilon;
  T factor;
  PRETEXT_HD void operator()(index i, index j) const {
    T& x = covariance[i * channels + j];
    if (i != j) {
      x *= factor * 4 * covariance_weight;
    } else {
      T const deviation = math::sqrt(x + epsilon);
      x = deviation < T(1) ? -factor * variance_weight / deviation : T(0);
    }
  }
};

/// y = x - mean, a mean for every column.
template <class T>
struct centre_cell {
  T const* x;
  T const* mean;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = x[r * cols + c] - mean[c]; }
};

}  // namespace ssl::ops
