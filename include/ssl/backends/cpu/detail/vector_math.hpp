// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>
#include <type_traits>

#include "ssl/backends/cpu/detail/vector.hpp"

/// \file
/// exp, maximum and reductions of vectors.
namespace ssl::backends::cpu_kernels {

template <class T>
PRETEXT_INLINE vec<T> max(vec<T> a, vec<T> b) {
  return a < b ? b : a;
}

namespace detail {

template <class T>
struct exp_constants;
template <>
struct exp_constants<float> {
  using bits = std::int32_t;
  static constexpr int mantissa = 23, bias = 127, degree = 7;
  static constexpr float lowest = -87.0f, highest = 88.0f, magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  static constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;     // the high part times an exponent is exact
};
template <>
struct exp_constants<double> {
  using bits = std::int64_t;
  static constexpr int mantissa = 52, bias = 1023, degree = 13;
  static constexpr double lowest = -708.0, highest = 709.0, magic = 6755399441055744.0;
  static constexpr double ln2_high = 0.693145751953125, ln2_low = 1.42860682030941723212e-6;
};

constexpr double inverse_factorial(int n) { return n < 2 ? 1.0 : inverse_factorial(n - 1) / n; }

}  // namespace detail

/// e^x within two units in the last place; 0 below the smallest normal number, NaN for NaN, finite for anything large.
///
/// Formula  2^k sum_i r^i / i!, k = round(x / ln 2), r = x - k ln 2 (the series is cut where it no longer changes the sum)
template <class T>
PRETEXT_INLINE vec<T> exp(vec<T> x) {
  using constants = detail::exp_constants<T>;
  typedef typename constants::bits bits_vector __attribute__((vector_size(vector_bytes)));
  vec<T> const zero = {}, low = zero + constants::lowest, high = zero + constants::highest;
  vec<T> const inside = x < low ? low : (x > high ? high : x);
  vec<T> const shifted = inside * T(1.44269504088896340736) + constants::magic, k = shifted - constants::magic;
  vec<T> const r = (inside - k * constants::ln2_high) - k * constants::ln2_low;
  vec<T> sum = zero + T(detail::inverse_factorial(constants::degree));
  unrolled<constants::degree>([&](auto i) __attribute__((always_inline)) {
    sum = sum * r + T(detail::inverse_factorial(constants::degree - 1 - i));
  });
  vec<T> const magic = zero + constants::magic;
  bits_vector const exponent = reinterpret_cast<bits_vector>(shifted) - reinterpret_cast<bits_vector>(magic) + constants::bias;
  vec<T> const power = reinterpret_cast<vec<T>>(exponent << constants::mantissa);
  return x < low ? zero : sum * power;
}

/// op over all lanes, in halves.
template <class T, class Op>
PRETEXT_INLINE T reduce(vec<T> v, Op const& op) {
  auto fold = [&]<int Distance, int... J>(std::integral_constant<int, Distance>, std::integer_sequence<int, J...>)
      __attribute__((always_inline)) {
    v = op(v, __builtin_shufflevector(v, v, ((J + Distance) % lanes<T>)...));
  };
  std::make_integer_sequence<int, lanes<T>> const all;
  if constexpr (lanes < T >> 8) fold(std::integral_constant<int, 8>{}, all);
  if constexpr (lanes < T >> 4) fold(std::integral_constant<int, 4>{}, all);
  if constexpr (lanes < T >> 2) fold(std::integral_constant<int, 2>{}, all);
  fold(std::integral_constant<int, 1>{}, all);
  return v[0];
}
template <class T>
PRETEXT_INLINE T sum_of(vec<T> v) {
  return reduce<T>(
      v, [](vec<T> a, vec<T> b) __attribute__((always_inline)) { return a + b; });
}
template <class T>
PRETEXT_INLINE T max_of(vec<T> v) {
  return reduce<T>(
      v, [](vec<T> a, vec<T> b) __attribute__((always_inline)) { return max<T>(a, b); });
}

}  // namespace ssl::backends::cpu_kernels
