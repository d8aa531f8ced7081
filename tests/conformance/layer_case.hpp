// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conformance/agreement.hpp"
#include "ssl/testing/network.hpp"

namespace conformance {

template <class Backend, class T>
outcome collect(ssl::testing::network_state<Backend, T> const& net, std::vector<T> const& y, std::vector<T> const& gx) {
  auto wide = [](std::vector<T> const& v) { return std::vector<double>(v.begin(), v.end()); };
  outcome all{{"y", wide(y)}, {"gx", wide(gx)}};
  for (auto const& b : net.parameters()) all.emplace_back("gradient of " + b.name, wide(net.gradient(b.name)));
  for (auto const& b : net.buffers()) all.emplace_back(b.name, wide(net.buffer(b.name)));
  return all;
}

/// One forward and one backward pass of a layer or network, at one input shape and in one mode.
template <ssl::fixed_string Name, class Layer, ssl::shape In, ssl::execution How = ssl::execution{}>
struct layer_case {
  static constexpr char const* name = Name.text;

  template <class Backend, class T>
  static outcome run(std::uint64_t seed) {
    using namespace ssl::testing;
    single_network<Layer, In, Backend, T, How> net;
    net.randomise(seed);
    std::vector<T> const y = net.forward(random_values<T>(net.input.elements(), seed, 1000));
    return collect(static_cast<network_state<Backend, T> const&>(net), y,
                   net.backward(random_values<T>(net.output.elements(), seed, 1001)));
  }
};

/// All backends, scalars and cases.
template <class... Cases>
void expect_all_agree() {
  expect_agreement<Cases...>(7);
}

}  // namespace conformance
