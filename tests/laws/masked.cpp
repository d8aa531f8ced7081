// SPDX-License-Identifier: Apache-2.0
// Laws of the loss of masked patches.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "ssl/losses/masked_patches.hpp"
#include "ssl/testing/loss_check.hpp"

namespace {

using namespace ssl::losses;
using ssl::shape;
using ssl::testing::evaluate_loss;
using ssl::testing::loss_input;
using ssl::testing::random_values;

constexpr shape images{3, 8, 12, 3}, wire{3, 2, 3, 1}, prediction{3, 1, 6, 48};
using hidden = masked_patches<masked_patches_config{.patch = 4, .visible = 2}>;

double loss_of(std::vector<double> const& x, std::vector<double> const& pixels, std::vector<std::int32_t> const& order) {
  return evaluate_loss<hidden, ssl::backends::reference, double, prediction, images, wire>(
             {}, {loss_input<double>::target(x), loss_input<double>::target(pixels), loss_input<double>::labels(order)})
      .loss;
}

TEST_CASE("masked_patches before anything is learned: (D - 1) / D, whatever the pixels are") {
  std::vector<double> const zeros(static_cast<std::size_t>(prediction.elements()), 0.0);
  std::vector<std::int32_t> const order{0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0, 2, 0, 4, 1, 5, 3};
  for (std::uint32_t stream : {1u, 2u})
    CHECK(loss_of(zeros, random_values<double>(images.elements(), 3, stream), order) == doctest::Approx(47.0 / 48).epsilon(1e-4));
}

TEST_CASE("masked_patches minds which patches are hidden, not in which order, nor the light in a patch") {
  std::vector<double> const x = random_values<double>(prediction.elements(), 3, 4);
  std::vector<double> pixels = random_values<double>(images.elements(), 3, 5);
  std::vector<std::int32_t> order{0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0, 2, 0, 4, 1, 5, 3};
  double const loss = loss_of(x, pixels, order);
  std::reverse(order.begin() + 2, order.begin() + 6);
  std::swap(order[6], order[7]);
  CHECK(loss_of(x, pixels, order) == doctest::Approx(loss).epsilon(1e-12));
  for (double& p : pixels) p = 3 * p + 0.5;
  CHECK(loss_of(x, pixels, order) == doctest::Approx(loss).epsilon(1e-4));  // but for what is added to the variance
  std::swap(order[0], order[3]);
  CHECK(loss_of(x, pixels, order) != doctest::Approx(loss).epsilon(1e-3));
}

}  // namespace
