// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "conformance/backends.hpp"
#include "tolerance.hpp"

namespace conformance {

/// Everything that a case gives, by name.
using outcome = std::vector<std::pair<std::string, std::vector<double>>>;

/// A tensor that is zero but for rounding (the bias before a batch norm) is held to a hundredth of the largest one.
inline void compare(std::string const& name, std::uint64_t seed, outcome const& expected, outcome const& found, double allowed) {
  auto largest = [](std::vector<double> const& values) {
    double most = 0;
    for (double v : values) most = std::max(most, std::abs(v));
    return most;
  };
  double most = 0;
  for (auto const& [tensor, values] : expected) most = std::max(most, largest(values));
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    std::string const& tensor = expected[i].first;
    std::vector<double> const& values = expected[i].second;
    double const limit = allowed * std::max(largest(values), most / 100);
    double worst = 0;
    std::size_t where = 0;
    for (std::size_t j = 0; j < values.size(); ++j) {
      double const error = std::abs(found[i].second[j] - values[j]);
      if (!(error <= worst)) worst = std::isnan(error) ? INFINITY : error, where = j;
    }
    INFO(name << ", seed " << seed << ", " << tensor << "[" << where << "]: expected " << values[where] << ", found "
              << found[i].second[where]);
    CHECK(worst <= limit);
  }
}

/// Every case in each of `combinations` of a backend and a scalar against the reference in double. A case has a name and
/// `template <class Backend, class T> static outcome run(seed)`; `steps` of rounding are allowed.
template <class... Cases>
void expect_agreement_of(auto const& combinations, std::uint64_t seed, double steps) {
  namespace hana = boost::hana;
  hana::for_each(hana::tuple_t<Cases...>, [&](auto a) {
    using one = typename decltype(a)::type;
    outcome const expected = one::template run<ssl::backends::reference, double>(seed);
    hana::for_each(combinations, [&](auto combination) {
      using backend = typename decltype(+hana::at_c<0>(combination))::type;
      using scalar = typename decltype(+hana::at_c<1>(combination))::type;
      compare(one::name, seed, expected, one::template run<backend, scalar>(seed), steps * tolerance::relative<scalar>);
    });
  });
}

/// The same, every backend in every scalar.
template <class... Cases>
void expect_agreement(std::uint64_t seed, double steps = 1) {
  expect_agreement_of<Cases...>(boost::hana::cartesian_product(boost::hana::make_tuple(backends, scalars)), seed, steps);
}

}  // namespace conformance
