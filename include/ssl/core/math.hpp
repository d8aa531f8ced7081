// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "ssl/core/macros.hpp"

/// Mathematics that is callable on host and device. Cells use these names and never std:: directly.
///
/// On the host exp and erf of float are polynomials without branches and calls, so that loops over cells run in vectors.
namespace ssl::math {
namespace detail {

/// c_0 + c_1 x + c_2 x^2 ...: no loop, since compilers unroll it too late for vectors.
template <class... Rest>
PRETEXT_HD PRETEXT_INLINE constexpr float polynomial(float x, float c, Rest... rest) {
  if constexpr (sizeof...(rest) == 0)
    return c;
  else
    return c + x * polynomial(x, rest...);
}

// As std::bit_cast, which is for the host alone; <cstring> would bring a global `index`.
PRETEXT_HD PRETEXT_INLINE std::int32_t bits_of(float x) { return __builtin_bit_cast(std::int32_t, x); }
PRETEXT_HD PRETEXT_INLINE float float_of(std::int32_t bits) { return __builtin_bit_cast(float, bits); }

/// 2^k for k in [-126, 127]
PRETEXT_HD PRETEXT_INLINE float power_of_two(std::int32_t k) { return float_of((k + 127) * (1 << 23)); }

/// e^x within 1.2 units in the last place, from the smallest number to infinity; NaN for NaN.
///
/// Formula  2^k sum_i r^i / i!, k = round(x / ln 2), r = x - k ln 2 (the series is cut where it no longer changes the sum)
PRETEXT_HD PRETEXT_INLINE float exp(float x) {
  constexpr float far = 104.0f;                                        // e^far is infinite, e^-far 0
  constexpr float magic = 12582912.0f;                                 // 1.5 * 2^23: adding it rounds to an integer
  constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;  // the high part times k is exact
  float const inside = ::fabsf(x) > far ? ::copysignf(far, x) : x;
  float const shifted = inside * 1.44269504f + magic, k = shifted - magic;
  float const r = (inside - k * ln2_high) - k * ln2_low;
  float const sum = polynomial(r, 1.0f, 1.0f, 1 / 2.0f, 1 / 6.0f, 1 / 24.0f, 1 / 120.0f, 1 / 720.0f, 1 / 5040.0f);
  std::int32_t const exponent = (bits_of(shifted) & 0x7fffff) - 0x400000, half = exponent / 2;
  return sum * power_of_two(half) * power_of_two(exponent - half);  // in two steps, since 2^k alone may be no normal number
}

/// The error function within 1.4 units in the last place.
///
/// Formula  x + x p(x^2) for |x| < 1, else the sign of x times 1 - exp(-q(|x|)); p and q minimise the largest error
PRETEXT_HD PRETEXT_INLINE float erf(float x) {
  float const size = ::fabsf(x), square = size * size;
  float const inner = polynomial(square, 1.283791661e-1f, -3.761262596e-1f, 1.128358543e-1f, -2.685381286e-2f, 5.188327748e-3f,
                                 -8.010193706e-4f, 7.853860734e-5f);
  float const outer = polynomial(size, -1.884665980e-04f, 1.129580259e+00f, 6.332163811e-01f, 1.084220931e-01f,
                                 -2.521033399e-02f, 4.205282778e-03f, -4.414723371e-04f, 2.169758955e-05f);
  float const near = x + x * inner, far = ::copysignf(1.0f - exp(-outer), x);
  std::int32_t const is_near = (bits_of(size) - bits_of(1.0f)) >> 31;  // all bits or none: a comparison would become a branch
  return float_of((bits_of(near) & is_near) | (bits_of(far) & ~is_near));
}

}  // namespace detail

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

PRETEXT_HD PRETEXT_INLINE float log(float x) { return ::logf(x); }
PRETEXT_HD PRETEXT_INLINE float log1p(float x) { return ::log1pf(x); }
PRETEXT_HD PRETEXT_INLINE float sqrt(float x) { return ::sqrtf(x); }
PRETEXT_HD PRETEXT_INLINE float tanh(float x) { return ::tanhf(x); }
PRETEXT_HD PRETEXT_INLINE float cos(float x) { return ::cosf(x); }
PRETEXT_HD PRETEXT_INLINE float pow(float x, float y) { return ::powf(x, y); }

#if defined(__CUDA_ARCH__)
PRETEXT_HD PRETEXT_INLINE float exp(float x) { return ::expf(x); }
PRETEXT_HD PRETEXT_INLINE float erf(float x) { return ::erff(x); }
#else
PRETEXT_HD PRETEXT_INLINE float exp(float x) { return detail::exp(x); }
PRETEXT_HD PRETEXT_INLINE float erf(float x) { return detail::erf(x); }
#endif

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
