// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include "ssl/testing/loss_check.hpp"
#include "ssl/testing/loss_expressions.hpp"

namespace gradient {

using namespace ssl::testing;
using ssl::shape;
namespace losses = ssl::losses;

inline constexpr std::uint64_t seed = 11;

template <shape In>
loss_input<double> drawn(std::uint32_t stream) {
  return {random_values<double>(In.elements(), seed, stream)};
}

/// A loss against finite differences, and its value and gradients against the formula written as an expression of its floating
/// inputs.
template <class Loss, shape... In, class Formula>
void expect_loss(typename Loss::options const& options, std::vector<loss_input<double>> const& given, Formula formula) {
  constexpr double weight = 1.75;
  gradient_report const report = check_loss_gradients<Loss, In...>(options, given, weight);
  INFO("seed " << seed << ", worst at " << report.where << ": analytic " << report.analytic << ", numeric " << report.numeric);
  CHECK(report.worst < 1e-6);
  CHECK(report.largest > 1e-3);  // else nothing was tested

  std::vector<expression> inputs;
  std::array<shape, sizeof...(In)> const shapes{In...};
  for (std::size_t i = 0; i < given.size(); ++i)
    if (!given[i].values.empty())
      inputs.push_back(expression::input({static_cast<int>(shapes[i].rows()), shapes[i].c, given[i].values}));
  expression const expected = formula(inputs);
  backward(expected);
  loss_outcome<double> const found = evaluate_loss<Loss, ssl::backends::reference, double, In...>(options, given, weight);
  CHECK(std::abs(found.loss - expected.scalar()) < 1e-12 * std::max(1.0, std::abs(expected.scalar())));
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (std::size_t j = 0; j < found.gradient[i].size(); ++j) {
      INFO("input " << i << ", element " << j);
      CHECK(std::abs(found.gradient[i][j] - weight * inputs[i].gradient().values[j]) < 1e-11 * std::max(1.0, report.largest));
    }
}

}  // namespace gradient
