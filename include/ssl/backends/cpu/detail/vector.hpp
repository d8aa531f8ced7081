// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <utility>

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// Vectors of the widest registers that the compile flags allow, in the vector extensions of g++ and clang++.
namespace ssl::backends::cpu_kernels {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

template <class T>
inline constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));

template <class T>
struct vector_of {
  typedef T type __attribute__((vector_size(vector_bytes)));
};
template <class T>
using vec = typename vector_of<T>::type;

template <class T>
PRETEXT_INLINE vec<T> load(T const* from) {
  vec<T> v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

template <class T>
PRETEXT_INLINE void store(T* to, vec<T> v) {
  __builtin_memcpy(to, &v, sizeof v);
}

namespace detail {
/// memcpy of less than `Width` elements in pieces whose sizes are powers of two: no call, and branches that predict well.
template <int Width, class T>
PRETEXT_INLINE void copy_below(T* to, T const* from, index count) {
  constexpr int piece = Width / 2;
  if constexpr (piece > 0) {
    if (count & piece) __builtin_memcpy(to, from, piece * sizeof(T)), to += piece, from += piece;
    copy_below<piece>(to, from, count);
  }
}
}  // namespace detail

/// The first `count` < lanes elements, zeros behind them.
template <class T>
PRETEXT_INLINE vec<T> load_part(T const* from, index count) {
  alignas(vector_bytes) T part[lanes<T>] = {};
  detail::copy_below<lanes<T>>(part, from, count);
  return load(part);
}

template <class T>
PRETEXT_INLINE void store_part(T* to, vec<T> v, index count) {
  alignas(vector_bytes) T part[lanes<T>];
  store(part, v);
  detail::copy_below<lanes<T>>(to, part, count);
}

/// f(integral_constant 0), f(1), ... f(N - 1). Arrays of vectors that are indexed by these constants only stay in registers,
/// which the compilers' own unrolling comes too late for.
template <int N, class F>
PRETEXT_INLINE void unrolled(F const& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) { (f(std::integral_constant<int, I>{}), ...); }
  (std::make_integer_sequence<int, N>{});
}

/// Transposes a square of lanes x lanes, one row per vector.
template <class T>
PRETEXT_INLINE void transpose(vec<T> (&row)[lanes<T>]) {
  constexpr int n = lanes<T>;
  auto exchange = [&]<int Distance>(std::integral_constant<int, Distance>) __attribute__((always_inline)) {
    unrolled<n>([&](auto i) __attribute__((always_inline)) {
      if constexpr ((i & Distance) == 0) {
        vec<T> const upper = row[i], lower = row[i + Distance];
        [&]<int... J>(std::integer_sequence<int, J...>) __attribute__((always_inline)) {
          row[i] = __builtin_shufflevector(upper, lower, ((J & Distance) ? n + J - Distance : J)...);
          row[i + Distance] = __builtin_shufflevector(upper, lower, ((J & Distance) ? n + J : J + Distance)...);
        }
        (std::make_integer_sequence<int, n>{});
      }
    });
  };
  exchange(std::integral_constant<int, 1>{});
  if constexpr (n > 2) exchange(std::integral_constant<int, 2>{});
  if constexpr (n > 4) exchange(std::integral_constant<int, 4>{});
  if constexpr (n > 8) exchange(std::integral_constant<int, 8>{});
}

}  // namespace ssl::backends::cpu_kernels
