// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>

#include "ssl/core/draw_normal.hpp"
#include "ssl/core/macros.hpp"
#include "ssl/core/parameter.hpp"
#include "ssl/core/philox.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl {

namespace detail {

/// FNV-1a, so that what a block draws depends on its full name and not on its place.
inline std::uint64_t hash_name(std::string const& name) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return h;
}

inline double draw_initial(initializer const& rule, draws& d) {
  double const value = rule.millionths * 1e-6;
  switch (rule.rule) {
    case initializer_rule::normal: return value * draw_normal(d);
    case initializer_rule::truncated_normal: {
      double x = value * draw_normal(d);
      while (std::abs(x) > 2.0) x = value * draw_normal(d);
      return x;
    }
    case initializer_rule::uniform_inverse_root:
      return (2.0 * d.uniform_double() - 1.0) / std::sqrt(static_cast<double>(rule.fan));
    case initializer_rule::kaiming_normal: return std::sqrt(2.0 / rule.fan) * draw_normal(d);
    case initializer_rule::xavier_uniform: return (2.0 * d.uniform_double() - 1.0) * std::sqrt(6.0 / rule.fan);
    case initializer_rule::constant:
    case initializer_rule::formula: break;
  }
  return value;
}

}  // namespace detail

/// Draws one block by (seed, full name). Values are rounded to float, so that every scalar type starts from the same numbers.
template <class T>
PRETEXT_NOINLINE void initialise_block(initializer const& rule, std::string const& full_name, std::uint64_t seed, T* values, index count) {
  draws d(draw_key{.seed = seed ^ detail::hash_name(full_name)});
  for (index i = 0; i < count; ++i) {
    double const value = rule.rule == initializer_rule::formula ? rule.formula(i, rule.fan) : detail::draw_initial(rule, d);
    values[i] = static_cast<T>(static_cast<float>(value));
  }
}

/// Draws a state of an objective: zeros, or independent unit rows. Rounded to float, as parameters are.
template <class T>
void initialise_state(state_init rule, shape extents, std::string const& full_name, std::uint64_t seed, T* values) {
  if (rule == state_init::zeros) return;
  draws d(draw_key{.seed = seed ^ detail::hash_name(full_name)});
  for (index r = 0; r < extents.rows(); ++r) {
    double square = 0;
    T* row = values + r * extents.c;
    for (int c = 0; c < extents.c; ++c) {
      double const x = draw_normal(d);
      row[c] = static_cast<T>(static_cast<float>(x)), square += x * x;
    }
    for (int c = 0; c < extents.c; ++c) row[c] = static_cast<T>(static_cast<float>(row[c] / std::sqrt(square)));
  }
}

}  // namespace ssl
