// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

/// \file
/// The element types of a safetensors file, in the order in which the format's own writer sorts them.
namespace ssl::io {

enum class dtype {
  boolean,
  f4,
  f6_e2m3,
  f6_e3m2,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  f8_e8m0,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  c64,
  f64,
  i64,
  u64
};

namespace detail {

struct dtype_entry {
  dtype type;
  std::string_view name;
  int bits;
};

inline constexpr dtype_entry dtype_table[] = {
    {dtype::boolean, "BOOL", 8},    {dtype::f4, "F4", 4},    {dtype::f6_e2m3, "F6_E2M3", 6}, {dtype::f6_e3m2, "F6_E3M2", 6},
    {dtype::u8, "U8", 8},           {dtype::i8, "I8", 8},    {dtype::f8_e5m2, "F8_E5M2", 8}, {dtype::f8_e4m3, "F8_E4M3", 8},
    {dtype::f8_e8m0, "F8_E8M0", 8}, {dtype::i16, "I16", 16}, {dtype::u16, "U16", 16},        {dtype::f16, "F16", 16},
    {dtype::bf16, "BF16", 16},      {dtype::i32, "I32", 32}, {dtype::u32, "U32", 32},        {dtype::f32, "F32", 32},
    {dtype::c64, "C64", 64},        {dtype::f64, "F64", 64}, {dtype::i64, "I64", 64},        {dtype::u64, "U64", 64},
};

}  // namespace detail

constexpr std::string_view name_of(dtype t) { return detail::dtype_table[static_cast<int>(t)].name; }
constexpr int bits_of(dtype t) { return detail::dtype_table[static_cast<int>(t)].bits; }

constexpr std::optional<dtype> dtype_of(std::string_view name) {
  for (detail::dtype_entry const& e : detail::dtype_table)
    if (e.name == name) return e.type;
  return std::nullopt;
}

/// The element type that stores a C++ type as it is.
template <class T>
constexpr dtype dtype_of() {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8, "no element type of a file stores this type");
  if constexpr (std::is_same_v<T, bool>) return dtype::boolean;
  if constexpr (std::is_same_v<T, float>) return dtype::f32;
  if constexpr (std::is_same_v<T, double>) return dtype::f64;
  constexpr bool negative = std::numeric_limits<T>::is_signed;
  if constexpr (sizeof(T) == 1) return negative ? dtype::i8 : dtype::u8;
  if constexpr (sizeof(T) == 2) return negative ? dtype::i16 : dtype::u16;
  if constexpr (sizeof(T) == 4) return negative ? dtype::i32 : dtype::u32;
  return negative ? dtype::i64 : dtype::u64;
}

/// Exact: every value of binary16 and bfloat16 is one of binary32.
constexpr float f16_to_float(std::uint16_t bits) {
  std::uint32_t const sign = std::uint32_t{bits} >> 15 << 31, exponent = bits >> 10 & 31u, fraction = bits & 1023u;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | fraction << 13);
  if (exponent == 0) {  // zero or subnormal: a multiple of 2^-24
    float const magnitude = static_cast<float>(fraction) * (1.0f / 16777216.0f);
    return sign ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}
constexpr float bf16_to_float(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

}  // namespace ssl::io
