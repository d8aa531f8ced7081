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
  PRETEXT_HD PRETEXT_INLINE static T value(T x) { return x < T(0) ? T(0) : x; }
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T gradient(T y) { return y > T(0) ? T(1) : T(0); }
};

/// x Phi(x), with the error function (not the tanh form). The twin reads the input.
struct gelu_function {
  static constexpr bool gradient_reads_output = false;
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T value(T x) { return T(0.5) * x * (T(1) + math::erf(x * T(0.70710678118654752))); }
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T gradient(T x) {
    T const density = T(0.39894228040143268) * math::exp(T(-0.5) * x * x);
    return T(0.5) * (T(1) + math::erf(x * T(0.70710678118654752))) + x * density;
  }
};

/// x where it is positive, else x times a slope; the gradient at 0 is the slope. The twin reads the output.
template <int SlopeMillionths>
struct leaky_relu_function {
  static constexpr bool gradient_reads_output = true;
  template <class T>
  static constexpr T slope = T(SlopeMillionths) / T(1'000'000);
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T value(T x) { return x > T(0) ? x : x * slope<T>; }
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T gradient(T y) { return y > T(0) ? T(1) : slope<T>; }
};

/// 1 / (1 + exp(-x)). The twin reads the output.
struct sigmoid_function {
  static constexpr bool gradient_reads_output = true;
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T value(T x) { return T(1) / (T(1) + math::exp(-x)); }
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T gradient(T y) { return y * (T(1) - y); }
};

/// The hyperbolic tangent. The twin reads the output.
struct tanh_function {
  static constexpr bool gradient_reads_output = true;
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T value(T x) { return math::tanh(x); }
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T gradient(T y) { return T(1) - y * y; }
};

/// x sigmoid(x). The twin reads the input.
struct silu_function {
  static constexpr bool gradient_reads_output = false;
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T value(T x) { return x * sigmoid_function::value(x); }
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T gradient(T x) {
    T const s = sigmoid_function::value(x);
    return s * (T(1) + x * (T(1) - s));
  }
};

/// log(1 + exp(x)), in a form that does not overflow. The twin reads the input.
struct softplus_function {
  static constexpr bool gradient_reads_output = false;
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T value(T x) { return math::max(x, T(0)) + math::log1p(math::exp(-math::abs(x))); }
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T gradient(T x) { return sigmoid_function::value(x); }
};

/// GELU's approximation by tanh: x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. The twin reads the input.
struct gelu_tanh_function {
  static constexpr bool gradient_reads_output = false;
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T inner(T x) { return T(0.79788456080286536) * (x + T(0.044715) * x * x * x); }
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T value(T x) { return T(0.5) * x * (T(1) + math::tanh(inner(x))); }
  template <class T>
  PRETEXT_HD PRETEXT_INLINE static T gradient(T x) {
    T const t = math::tanh(inner(x));
    T const slope = T(0.79788456080286536) * (T(1) + T(3 * 0.044715) * x * x);
    return T(0.5) * (T(1) + t) + T(0.5) * x * (T(1) - t * t) * slope;
  }
};

/// y = Function(x); y may be x.
template <class Function, class T>
struct activation_cell {
  T const* x;
  T* y;
  index cols;
  PRETEXT_HD PRETEXT_INLINE void operator()(index r, index c) const { y[r * cols + c] = Function::value(x[r * cols + c]); }
};

/// gx = gy Function'(at), `at` being the input or the output as the twin wants it.
template <class Function, class T>
struct activation_gradient_cell {
  T const* gy;
  T const* at;
  T* gx;
  index cols;
  PRETEXT_HD PRETEXT_INLINE void operator()(index r, index c) const {
    gx[r * cols + c] = gy[r * cols + c] * Function::gradient(at[r * cols + c]);
  }
};

}  // namespace ssl::ops
