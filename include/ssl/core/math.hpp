// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "ssl/core/macros.hpp"

/// Mathematics that is callable on host and device. Cells use these names and never std:: directly.
namespace ssl::math {

template <class T>
PRETEXT_HD PRETEXT_INLINE T exp(T x) { return static_cast<T>(::exp(x)); }
template <class T>
PRETEXT_HD PRETEXT_INLINE T log(T x) { return static_cast<T>(::log(x)); }
template <class T>
PRETEXT_HD PRETEXT_INLINE T log1p(T x) { return static_cast<T>(::log1p(x)); }
template <class T>
PRETEXT_HD PRETEXT_INLINE T sqrt(T x) { return static_cast<T>(::sqrt(x)); }
template <class T>
PRETEXT_HD PRETEXT_INLINE T erf(T x) { return static_cast<T>(::erf(x)); }
template <class T>
PRETEXT_HD PRETEXT_INLINE T tanh(T x) { return static_cast<T>(::tanh(x)); }
template <class T>
PRETEXT_HD PRETEXT_INLINE T cos(T x) { return static_cast<T>(::cos(x)); }
template <class T>
PRETEXT_HD PRETEXT_INLINE T pow(T x, T y) { return static_cast<T>(::pow(x, y)); }

PRETEXT_HD PRETEXT_INLINE float exp(float x) { return ::expf(x); }
PRETEXT_HD PRETEXT_INLINE float log(float x) { return ::logf(x); }
PRETEXT_HD PRETEXT_INLINE float log1p(float x) { return ::log1pf(x); }
PRETEXT_HD PRETEXT_INLINE float sqrt(float x) { return ::sqrtf(x); }
PRETEXT_HD PRETEXT_INLINE float erf(float x) { return ::erff(x); }
PRETEXT_HD PRETEXT_INLINE float tanh(float x) { return ::tanhf(x); }
PRETEXT_HD PRETEXT_INLINE float cos(float x) { return ::cosf(x); }
PRETEXT_HD PRETEXT_INLINE float pow(float x, float y) { return ::powf(x, y); }

template <class T>
PRETEXT_HD PRETEXT_INLINE constexpr T max(T a, T b) { return a < b ? b : a; }
template <class T>
PRETEXT_HD PRETEXT_INLINE constexpr T min(T a, T b) { return b < a ? b : a; }
template <class T>
PRETEXT_HD PRETEXT_INLINE constexpr T clamp(T x, T low, T high) { return x < low ? low : (high < x ? high : x); }
template <class T>
PRETEXT_HD PRETEXT_INLINE constexpr T abs(T x) { return x < T(0) ? -x : x; }

inline constexpr double pi = 3.14159265358979323846;

}  // namespace ssl::math
