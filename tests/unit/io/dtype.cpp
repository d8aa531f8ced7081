// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/dtype.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using ssl::io::dtype;

TEST_CASE("dtypes are found by name and by C++ type") {
  for (auto const& e : ssl::io::detail::dtype_table) {
    CHECK(ssl::io::dtype_of(e.name) == e.type);
    CHECK(ssl::io::name_of(e.type) == e.name);
    CHECK(ssl::io::bits_of(e.type) == e.bits);
  }
  CHECK(!ssl::io::dtype_of("F31"));
  CHECK(!ssl::io::dtype_of(""));
  CHECK(!ssl::io::dtype_of("f32"));
  CHECK(ssl::io::dtype_of<float>() == dtype::f32);
  CHECK(ssl::io::dtype_of<double>() == dtype::f64);
  CHECK(ssl::io::dtype_of<bool>() == dtype::boolean);
  CHECK(ssl::io::dtype_of<std::uint8_t>() == dtype::u8);
  CHECK(ssl::io::dtype_of<std::int8_t>() == dtype::i8);
  CHECK(ssl::io::dtype_of<std::int16_t>() == dtype::i16);
  CHECK(ssl::io::dtype_of<std::uint32_t>() == dtype::u32);
  CHECK(ssl::io::dtype_of<std::int32_t>() == dtype::i32);
  CHECK(ssl::io::dtype_of<std::int64_t>() == dtype::i64);
  CHECK(ssl::io::dtype_of<std::uint64_t>() == dtype::u64);
}

TEST_CASE("every binary16 value is its sign, fraction and power of two") {
  for (int bits = 0; bits < 65536; ++bits) {
    int const exponent = bits >> 10 & 31, fraction = bits & 1023;
    float const value = ssl::io::f16_to_float(static_cast<std::uint16_t>(bits));
    REQUIRE(std::signbit(value) == (bits >= 32768));
    if (exponent == 31) {
      REQUIRE(std::isnan(value) == (fraction != 0));
      REQUIRE(std::isinf(value) == (fraction == 0));
    } else {
      double const magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
      REQUIRE(std::abs(static_cast<double>(value)) == magnitude);
    }
  }
}

TEST_CASE("bfloat16 is the upper half of binary32") {
  CHECK(ssl::io::bf16_to_float(0x3f80) == 1.0f);
  CHECK(ssl::io::bf16_to_float(0xc049) == -3.140625f);
  CHECK(ssl::io::bf16_to_float(0x0001) == std::ldexp(1.0f, -133));
  CHECK(std::isnan(ssl::io::bf16_to_float(0x7fc0)));
  CHECK(ssl::io::bf16_to_float(0xff80) == -std::numeric_limits<float>::infinity());
}
