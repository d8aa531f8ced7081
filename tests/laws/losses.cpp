// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tuple>

#include "ssl/losses/cosine.hpp"
#include "ssl/losses/dcl.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/testing/loss_check.hpp"

namespace {

using namespace ssl::losses;
using namespace ssl::testing;
using ssl::shape;

constexpr std::uint64_t seed = 21;
constexpr int images = 7, width = 5;
constexpr shape both{.n = 2 * images, .c = width};

using rows = std::vector<double>;

rows drawn(std::uint32_t stream) { return random_values<double>(both.elements(), seed, stream); }

/// Row i of the result is row order(i).
template <class Order>
rows reorder(rows const& z, Order order) {
  rows y(z.size());
  for (int i = 0; i < both.n; ++i)
    for (int c = 0; c < width; ++c) y[i * width + c] = z[order(i) * width + c];
  return y;
}
int swap_views(int i) { return (i + images) % both.n; }
/// Another order of the images, the same in both views.
int shuffle_images(int i) { return i / images * images + i % images * 3 % images; }

void expect_near(rows const& found, rows const& expected) {
  INFO("seed " << seed);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < 1e-12);
}

/// One contrastive loss with some numbers.
template <class Loss>
loss_outcome<double> contrast(rows const& z) {
  return evaluate_loss<Loss, ssl::backends::reference, double, both>({.temperature = 0.3}, {{z}});
}

using contrastive_losses =
    std::tuple<nt_xent<nt_xent_config{.form = similarity::stored}>, nt_xent<nt_xent_config{.form = similarity::tiled}>, dcl<>,
               dcl<dcl_config{.weights = positive_weights::hard_first}>>;

TEST_CASE_TEMPLATE_DEFINE("a contrastive loss is symmetric in its views", Loss, symmetric_in_views) {
  rows const z = drawn(0);
  auto const a = contrast<Loss>(z), b = contrast<Loss>(reorder(z, swap_views));
  CHECK(std::abs(a.loss - b.loss) < 1e-13);
  expect_near(b.gradient[0], reorder(a.gradient[0], swap_views));
}
TEST_CASE_TEMPLATE_APPLY(symmetric_in_views, contrastive_losses);

TEST_CASE_TEMPLATE_DEFINE("another order of the images permutes the gradient of a contrastive loss", Loss, permuted_images) {
  rows const z = drawn(1);
  auto const a = contrast<Loss>(z), b = contrast<Loss>(reorder(z, shuffle_images));
  CHECK(std::abs(a.loss - b.loss) < 1e-13);
  expect_near(b.gradient[0], reorder(a.gradient[0], shuffle_images));
}
TEST_CASE_TEMPLATE_APPLY(permuted_images, contrastive_losses);

TEST_CASE_TEMPLATE_DEFINE("a contrastive loss ignores lengths: longer rows have smaller gradients, across the row", Loss,
                          lengths) {
  rows const z = drawn(2);
  rows longer = z;
  for (int i = 0; i < both.n; ++i)
    for (int c = 0; c < width; ++c) longer[i * width + c] *= 1 + i;
  auto const a = contrast<Loss>(z), b = contrast<Loss>(longer);
  CHECK(std::abs(a.loss - b.loss) < 1e-13);
  for (int i = 0; i < both.n; ++i) {
    double along = 0;
    for (int c = 0; c < width; ++c) {
      CHECK(std::abs(b.gradient[0][i * width + c] * (1 + i) - a.gradient[0][i * width + c]) < 1e-12);
      along += a.gradient[0][i * width + c] * z[i * width + c];
    }
    CHECK(std::abs(along) < 1e-12);
  }
}
TEST_CASE_TEMPLATE_APPLY(lengths, contrastive_losses);

TEST_CASE_TEMPLATE_DEFINE("a contrastive loss ignores a rotation of the space", Loss, rotations) {
  rows const z = drawn(3);
  double const c = std::cos(0.7), s = std::sin(0.7);
  rows turned = z;
  for (int i = 0; i < both.n; ++i) {
    double const x = z[i * width], y = z[i * width + 3];
    turned[i * width] = c * x - s * y, turned[i * width + 3] = s * x + c * y;
  }
  CHECK(std::abs(contrast<Loss>(z).loss - contrast<Loss>(turned).loss) < 1e-13);
}
TEST_CASE_TEMPLATE_APPLY(rotations, contrastive_losses);

TEST_CASE("nt_xent is positive, and dcl below it") {
  for (std::uint32_t stream = 10; stream < 20; ++stream) {
    INFO("seed " << seed << ", stream " << stream);
    double const nt = contrast<nt_xent<>>(drawn(stream)).loss;
    CHECK(nt > 0);
    CHECK(contrast<dcl<>>(drawn(stream)).loss < nt);
  }
}

TEST_CASE("cosine: bounds, symmetry of its arguments, lengths") {
  rows const x = drawn(4), y = drawn(5);
  auto const value = [](rows const& a, rows const& b) {
    return evaluate_loss<negative_cosine, ssl::backends::reference, double, both, both>({}, {{a}, {b}});
  };
  auto const xy = value(x, y), yx = value(y, x);
  CHECK(std::abs(xy.loss - yx.loss) < 1e-15);
  expect_near(xy.gradient[0], yx.gradient[1]);
  CHECK(std::abs(xy.loss) < 1);
  CHECK(std::abs(value(x, reorder(x, swap_views)).loss + 1) < 1e-15);
  rows scaled = x;
  for (double& v : scaled) v *= 8;
  CHECK(std::abs(value(scaled, y).loss - xy.loss) < 1e-15);
}

TEST_CASE("mean square error: symmetric, and zero for equals") {
  rows const x = drawn(6), y = drawn(7);
  auto const value = [](rows const& a, rows const& b) {
    return evaluate_loss<mean_square_error, ssl::backends::reference, double, both, both>({}, {{a}, {b}});
  };
  CHECK(value(x, y).loss == value(y, x).loss);
  CHECK(value(x, x).loss == 0);
}

TEST_CASE("softmax cross-entropy ignores a shift of a row, its gradient sums to zero over the classes") {
  constexpr shape labels = both.with_channels(1);
  rows const x = drawn(8);
  rows shifted = x;
  for (std::size_t i = 0; i < x.size(); ++i) shifted[i] += 3.0 * static_cast<double>(i / width);
  std::vector<std::int32_t> label;
  for (int i = 0; i < both.n; ++i) label.push_back(i * 2 % width);
  auto const value = [&](rows const& logits) {
    return evaluate_loss<softmax_cross_entropy<>, ssl::backends::reference, double, both, labels>(
        {.label_smoothing = 0.1}, {{logits}, loss_input<double>::labels(label)});
  };
  auto const a = value(x), b = value(shifted);
  CHECK(std::abs(a.loss - b.loss) < 1e-13);
  expect_near(a.gradient[0], b.gradient[0]);
  for (int i = 0; i < both.n; ++i) {
    double sum = 0;
    for (int k = 0; k < width; ++k) sum += a.gradient[0][i * width + k];
    CHECK(std::abs(sum) < 1e-15);
  }
}

}  // namespace
