// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conformance/agreement.hpp"
#include "ssl/testing/loss_check.hpp"

namespace conformance {

using ssl::shape;
using ssl::testing::loss_input;

/// A loss at the shapes of its inputs; the second input of a loss with labels is drawn as labels, that of a loss with a mask as 0 and 1,
/// an order as permutations.
template <ssl::fixed_string Name, class Loss, shape... In>
struct loss_case {
  static constexpr char const* name = Name.text;

  template <class Backend, class T>
  static outcome run(std::uint64_t seed) {
    std::vector<loss_input<T>> inputs;
    ((inputs.push_back(draw<T>(In, seed, static_cast<int>(inputs.size())))), ...);
    auto const found = ssl::testing::evaluate_loss<Loss, Backend, T, In...>({}, inputs, 1.5);
    outcome all{{"loss", {static_cast<double>(found.loss)}}};
    for (std::size_t i = 0; i < inputs.size(); ++i)
      all.emplace_back("gradient of input " + std::to_string(i),
                       std::vector<double>(found.gradient[i].begin(), found.gradient[i].end()));
    return all;
  }

 private:
  template <class T>
  static loss_input<T> draw(shape s, std::uint64_t seed, int which) {
    if constexpr (requires { requires Loss::hard; }) {
      if (which == 1) {
        constexpr int classes = std::array{In...}[0].c;
        std::vector<std::int32_t> labels;
        ssl::draws d({.seed = seed, .sample = 77});
        for (ssl::index i = 0; i < s.elements(); ++i) labels.push_back(static_cast<std::int32_t>(d.below(classes + 1)) - 1);
        return loss_input<T>::labels(labels);
      }
    }
    if constexpr (requires { Loss::mask_input; }) {
      if (which == Loss::mask_input) {
        std::vector<std::int32_t> mask;
        ssl::draws d({.seed = seed, .sample = 78});
        for (ssl::index i = 0; i < s.elements(); ++i) mask.push_back(static_cast<std::int32_t>(d.below(2)));
        return loss_input<T>::labels(mask);
      }
    }
    if constexpr (requires { Loss::order; })
      if (which == Loss::order) return orders<T>(s, seed);
    return ssl::testing::random_values<T>(s.elements(), seed, 900 + which);
  }

  /// A permutation of the patches of each image.
  template <class T>
  static loss_input<T> orders(shape s, std::uint64_t seed) {
    std::vector<std::int32_t> all;
    ssl::draws d({.seed = seed, .sample = 78});
    for (ssl::index i = 0; i < s.elements(); ++i) {
      ssl::index const place = i % s.tokens(), other = d.below(static_cast<std::uint32_t>(place + 1));
      all.push_back(static_cast<std::int32_t>(place));
      std::swap(all.back(), all[static_cast<std::size_t>(i - place + other)]);
    }
    return loss_input<T>::labels(all);
  }
};

template <class... Cases>
void expect_losses_agree() {
  expect_agreement<Cases...>(9);
}

}  // namespace conformance
