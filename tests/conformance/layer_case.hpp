// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conformance/agreement.hpp"
#include "ssl/testing/network.hpp"

namespace conformance {

/// A layer or network at one input shape and in one mode. One that needs more derives from it and has a function prepare(net).
template <ssl::fixed_string Name, class Layer, ssl::shape In, ssl::execution How = ssl::execution{}>
struct layer_case {
  using layer = Layer;
  static constexpr char const* name = Name.text;
  static constexpr ssl::shape input = In;
  static constexpr ssl::execution how = How;
};

template <class Backend, class T>
outcome collect(ssl::testing::network_state<Backend, T> const& net, std::vector<T> const& y, std::vector<T> const& gx) {
  auto wide = [](std::vector<T> const& v) { return std::vector<double>(v.begin(), v.end()); };
  outcome all{{"y", wide(y)}, {"gx", wide(gx)}};
  for (auto const& b : net.parameters()) all.emplace_back("gradient of " + b.name, wide(net.gradient(b.name)));
  for (auto const& b : net.buffers()) all.emplace_back(b.name, wide(net.buffer(b.name)));
  return all;
}

/// One forward and one backward pass of a case.
template <class Case>
struct forward_and_backward {
  static constexpr char const* name = Case::name;

  template <class Backend, class T>
  static outcome run(std::uint64_t seed) {
    using namespace ssl::testing;
    single_network<typename Case::layer, Case::input, Backend, T, Case::how> net;
    net.randomise(seed);
    if constexpr (requires { Case::prepare(net); }) Case::prepare(net);
    std::vector<T> const y = net.forward(random_values<T>(net.input.elements(), seed, 1000));
    return collect(static_cast<network_state<Backend, T> const&>(net), y,
                   net.backward(random_values<T>(net.output.elements(), seed, 1001)));
  }
};

/// All backends, scalars and cases.
template <class... Cases>
void expect_all_agree() {
  expect_agreement<forward_and_backward<Cases>...>(7);
}

}  // namespace conformance
