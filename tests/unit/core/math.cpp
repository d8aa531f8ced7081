// SPDX-License-Identifier: Apache-2.0
//
// exp and erf of float against those of double, in units of the float's last place.
#include "ssl/core/math.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace {

using limits = std::numeric_limits<float>;

/// The largest error over every `step`-th float of either sign, and infinity.
template <class Function, class Exact>
double largest_error(Function const& function, Exact const& exact, std::uint32_t step) {
  double largest = 0;
  for (std::uint32_t bits = 0; bits <= 0x7f800000u; bits += std::min(step, std::max(1u, 0x7f800000u - bits))) {
    float x = 0;
    std::memcpy(&x, &bits, sizeof x);
    for (float const value : {x, -x}) {
      double const wanted = exact(static_cast<double>(value)), found = static_cast<double>(function(value));
      float const rounded = static_cast<float>(wanted);
      if (std::isinf(rounded) || std::isinf(value)) {
        if (found != static_cast<double>(rounded)) return std::numeric_limits<double>::infinity();
        continue;
      }
      int exponent = 0;
      std::frexp(wanted, &exponent);
      double const unit = std::max(std::ldexp(1.0, exponent - limits::digits), static_cast<double>(limits::denorm_min()));
      largest = std::max(largest, std::abs(found - wanted) / unit);
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("exp of float is right within 1.2 units in the last place, from the smallest number to infinity") {
  CHECK(largest_error([](float x) { return ssl::math::exp(x); }, [](double x) { return std::exp(x); }, 997) < 1.2);
  CHECK(ssl::math::exp(0.0f) == 1.0f);
  CHECK(std::isnan(ssl::math::exp(limits::quiet_NaN())));
}

TEST_CASE("erf of float is right within 1.4 units in the last place") {
  CHECK(largest_error([](float x) { return ssl::math::erf(x); }, [](double x) { return std::erf(x); }, 997) < 1.4);
  CHECK(ssl::math::erf(0.0f) == 0.0f);
  CHECK(std::isnan(ssl::math::erf(limits::quiet_NaN())));
}

TEST_CASE("in double they are those of the standard library") {
  for (double const x : {-3.0, -0.5, 0.0, 1e-9, 2.0}) {
    CHECK(ssl::math::exp(x) == std::exp(x));
    CHECK(ssl::math::erf(x) == std::erf(x));
  }
}
