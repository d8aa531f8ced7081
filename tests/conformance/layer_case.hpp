// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include "conformance/backends.hpp"
#include "ssl/testing/network.hpp"
#include "tolerance.hpp"

namespace conformance {

/// A layer or network at one input shape and in one mode. One that needs more derives from it and has a function prepare(net).
template <ssl::fixed_string Name, class Layer, ssl::shape In, ssl::execution How = ssl::execution{}>
struct layer_case {
  using layer = Layer;
  static constexpr char const* name = Name.text;
  static constexpr ssl::shape input = In;
  static constexpr ssl::execution how = How;
};

/// Everything that one forward and one backward pass give, by name.
using outcome = std::vector<std::pair<std::string, std::vector<double>>>;

template <class Backend, class T>
outcome collect(ssl::testing::network_state<Backend, T> const& net, std::vector<T> const& y, std::vector<T> const& gx) {
  auto wide = [](std::vector<T> const& v) { return std::vector<double>(v.begin(), v.end()); };
  outcome all{{"y", wide(y)}, {"gx", wide(gx)}};
  for (auto const& b : net.parameters()) all.emplace_back("gradient of " + b.name, wide(net.gradient(b.name)));
  for (auto const& b : net.buffers()) all.emplace_back(b.name, wide(net.buffer(b.name)));
  return all;
}

template <class Case, class Backend, class T>
outcome run_case(std::uint64_t seed) {
  using namespace ssl::testing;
  single_network<typename Case::layer, Case::input, Backend, T, Case::how> net;
  net.randomise(seed);
  if constexpr (requires { Case::prepare(net); }) Case::prepare(net);
  std::vector<T> const y = net.forward(random_values<T>(net.input.elements(), seed, 1000));
  return collect(static_cast<network_state<Backend, T> const&>(net), y, net.backward(random_values<T>(net.output.elements(), seed, 1001)));
}

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

/// Compares one backend and scalar with the reference in double.
template <class Case, class Backend, class T>
void expect_agreement() {
  constexpr std::uint64_t seed = 7;
  outcome const expected = run_case<Case, ssl::backends::reference, double>(seed);
  compare(Case::name, seed, expected, run_case<Case, Backend, T>(seed), tolerance::relative<T>);
}

/// All backends, scalars and cases.
template <class... Cases>
void expect_all_agree() {
  namespace hana = boost::hana;
  hana::for_each(hana::cartesian_product(hana::make_tuple(backends, scalars, hana::tuple_t<Cases...>)), [](auto combination) {
    using backend = typename decltype(+hana::at_c<0>(combination))::type;
    using scalar = typename decltype(+hana::at_c<1>(combination))::type;
    using one = typename decltype(+hana::at_c<2>(combination))::type;
    expect_agreement<one, backend, scalar>();
  });
}

}  // namespace conformance
