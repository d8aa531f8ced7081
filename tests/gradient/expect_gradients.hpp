// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include "ssl/testing/gradient_check.hpp"

/// Every derivative of a layer or network against finite differences, in double on the reference backend.
template <class Network, ssl::shape In, ssl::execution How = ssl::execution{}>
void expect_gradients(ssl::testing::gradient_check_options const& options = {}) {
  ssl::testing::gradient_report const report = ssl::testing::check_gradients<Network, In, How>(options);
  INFO("seed " << options.seed << ", worst at " << report.where << ": analytic " << report.analytic << ", numeric " << report.numeric
               << ", largest gradient " << report.largest);
  CHECK(report.worst < 1e-6);
  CHECK(report.largest > 1e-3);  // else nothing was tested
  CHECK(report.elements >= In.elements());
}

/// Inputs stay away from a kink at 0.
inline constexpr ssl::testing::gradient_check_options away_from_zero{.smallest_gap = 1e-3};
