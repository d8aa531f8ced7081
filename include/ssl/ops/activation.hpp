// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Activations as functions of one number, each with its gradient twin, and the cells that apply them.
namespace ssl::ops {

/// max(x, 0), NaN for NaN, so that it reaches the loss and is found; the gradient at 0 is 0. The twin reads the output.
struct relu_function {
  static constexpr bool gradient_reads_output = true;
  template <class T>
  PRETEXT_HD static T value(T x) { return x < T(0) ? T(0) : x; }
  template <class T>
  PRETEXT_HD static T gradient(T y) { return y > T(0) ? T(1) : T(0); }
};

/// x Phi(x), with the error function (not the tanh form). The twin reads the input.
struct gelu_function {
  static constexpr bool gradient_reads_output = false;
  template <class T>
  PRETEXT_HD static T value(T x) { return T(0.5) * x * (T(1) + math::erf(x * T(0.70710678118654752))); }
  template <class T>
  PRETEXT_HD static T gradient(T x) {
    T const density = T(0.39894228040143268) * math::exp(T(-0.5) * x * x);
    return T(0.5) * (T(1) + math::erf(x * T(0.70710678118654752))) + x * density;
  }
};

/// y = Function(x); y may be x.
template <class Function, class T>
struct activation_cell {
  T const* x;
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { y[r * cols + c] = Function::value(x[r * cols + c]); }
};

/// gx = gy Function'(at), `at` being the input or the output as the twin wants it.
template <class Function, class T>
struct activation_gradient_cell {
  T const* gy;
  T const* at;
  T* gx;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const { gx[r * cols + c] = gy[r * cols + c] * Function::gradient(at[r * cols + c]); }
};

}  // namespace ssl::ops
