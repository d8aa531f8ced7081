// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "matrix.hpp"
#include "ssl/testing/network.hpp"

namespace bench {

/// The forward and the backward pass of a layer or network.
template <ssl::fixed_string Name, class Layer, ssl::shape In, ssl::index MultiplyAdds = 0>
struct layer_case {
  static constexpr char const* name = Name.text;

  template <class Backend, class T>
  struct bound {
    using network = ssl::testing::single_network<Layer, In, Backend, T>;

    explicit bound(typename Backend::context& c) : net(c) { net.randomise(1); }
    void run() { net.pass(x, gy); }

    network net;
    std::vector<T> x = ssl::testing::random_values<T>(In.elements(), 1, 1000);
    std::vector<T> gy = ssl::testing::random_values<T>(network::output.elements(), 1, 1001);
    static constexpr bench::work work{.flop = training_flop(MultiplyAdds),
                                      .bytes = 2.0 * static_cast<double>(In.elements() + network::output.elements()) * sizeof(T)};
  };
};

}  // namespace bench
