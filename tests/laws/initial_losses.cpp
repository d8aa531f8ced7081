// SPDX-License-Identifier: Apache-2.0
// What the losses are before anything is learned: on independent random rows, and on equal logits.
#include <doctest/doctest.h>

#include <cmath>

#include "ssl/losses/barlow_twins.hpp"
#include "ssl/losses/binary_cross_entropy.hpp"
#include "ssl/losses/colorization.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/losses/dino.hpp"
#include "ssl/losses/emp_ssl.hpp"
#include "ssl/losses/ibot.hpp"
#include "ssl/losses/in_batch_info_nce.hpp"
#include "ssl/losses/info_nce.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/losses/swav.hpp"
#include "ssl/losses/vicreg.hpp"
#include "ssl/testing/loss_check.hpp"

namespace {

using namespace ssl::losses;
using namespace ssl::testing;
using ssl::shape;

constexpr int images = 256, width = 128, kept = 512;

/// Independent directions, each uniform on the sphere.
std::vector<double> unit_rows(int rows, std::uint32_t stream) {
  ssl::draws d({.seed = 5, .sample = stream});
  std::vector<double> z(static_cast<std::size_t>(rows) * width);
  for (int r = 0; r < rows; ++r) {
    double square = 0;
    for (int c = 0; c < width; ++c) {
      double& x = z[r * width + c];
      x = std::sqrt(-2 * std::log(1 - d.uniform_double())) * std::cos(6.283185307179586 * d.uniform_double());
      square += x * x;
    }
    for (int c = 0; c < width; ++c) z[r * width + c] /= std::sqrt(square);
  }
  return z;
}

template <class Loss, shape... In>
double value(typename Loss::options const& options, std::vector<loss_input<double>> const& given) {
  return evaluate_loss<Loss, ssl::backends::reference, double, In...>(options, given).loss;
}

/// Cosines of independent rows have mean 0 and variance 1 / D, so the mean of exp(cos / T) is about exp(1 / (2 D T^2)).
double spread(double temperature) { return 0.5 / (width * temperature * temperature); }
/// The mean of N such cosines over the temperature is 0 but for four of its deviations; the sums of exponentials add a little.
double allowed(double temperature, int rows) { return 4.5 / (temperature * std::sqrt(static_cast<double>(width) * rows)); }

TEST_CASE("contrastive losses of unrelated rows: the logarithm of the number of candidates") {
  constexpr shape rows{.n = images, .c = width}, both{.n = 2 * images, .c = width}, bank{.n = kept, .c = width};
  for (double const t : {0.2, 0.5, 1.0}) {
    INFO("temperature " << t);
    loss_input<double> const z = loss_input<double>::target(unit_rows(2 * images, 1)),
                             w = loss_input<double>::target(unit_rows(2 * images, 2));
    loss_input<double> const q = loss_input<double>::target(unit_rows(images, 3)),
                             k = loss_input<double>::target(unit_rows(images, 4));
    double const nt = value<nt_xent<>, both>({.temperature = t}, {z});
    CHECK(std::abs(nt - std::log(2 * images - 1) - spread(t)) < allowed(t, images));
    double const queue =
        value<info_nce, rows, rows, bank>({.temperature = t}, {q, k, loss_input<double>::target(unit_rows(kept, 5))});
    CHECK(std::abs(queue - std::log(kept + 1) - spread(t)) < allowed(t, images));
    double const batch = value<in_batch_info_nce, both, both>({.temperature = t}, {z, w});
    CHECK(std::abs(batch - std::log(images) - spread(t)) < allowed(t, 2 * images));
  }
}

TEST_CASE("losses over prototypes: the logarithm of their number") {
  constexpr int prototypes = 300;
  constexpr shape logits{.n = 2 * images, .c = prototypes}, centre{.c = prototypes};
  loss_input<double> const equal = loss_input<double>::target(std::vector<double>(logits.elements(), 0.25));
  loss_input<double> const zero = loss_input<double>::target(std::vector<double>(prototypes, 0.0));
  loss_input<double> const drawn = loss_input<double>::target(random_values<double>(logits.elements(), 5, 6));
  CHECK(std::abs(value<dino<>, logits, logits, centre>({}, {equal, drawn, zero}) - std::log(prototypes)) < 1e-12);
  CHECK(std::abs(value<swav<>, logits>({}, {equal}) - std::log(prototypes)) < 1e-12);
  using balanced = dino<dino_config{.targets = teacher_targets::balanced}>;
  CHECK(std::abs(value<balanced, logits, logits>({}, {equal, drawn}) - std::log(prototypes)) < 1e-12);
  constexpr shape masks{.n = images, .w = 2};  // every token of every view
  auto const masked = loss_input<double>::labels(std::vector<std::int32_t>(2 * images, 1));
  using balanced_tokens = ibot<ibot_config{.targets = teacher_targets::balanced}>;
  CHECK(std::abs(value<ibot<>, logits, logits, masks, centre>({}, {equal, drawn, masked, zero}) - std::log(prototypes)) < 1e-12);
  CHECK(std::abs(value<balanced_tokens, logits, logits, masks>({}, {equal, drawn, masked}) - std::log(prototypes)) < 1e-12);

  // scores of unrelated rows with unit prototypes
  std::vector<double> const z = unit_rows(2 * images, 7), p = unit_rows(prototypes, 8);
  std::vector<double> scores(static_cast<std::size_t>(logits.elements()), 0.0);
  for (int i = 0; i < logits.n; ++i)
    for (int k = 0; k < prototypes; ++k)
      for (int c = 0; c < width; ++c) scores[i * prototypes + k] += z[i * width + c] * p[k * width + c];
  double const t = 0.1;
  CHECK(std::abs(value<swav<>, logits>({.temperature = t}, {loss_input<double>::target(scores)}) - std::log(prototypes) -
                 spread(t)) < allowed(t, 2 * images));
}

TEST_CASE("equal logits: the logarithm of the number of colours, and of two") {
  constexpr shape places{.n = 2, .h = 3, .w = 3, .c = 313}, colours{.n = 2, .h = 6, .w = 6, .c = 2};
  loss_input<double> const equal = loss_input<double>::target(std::vector<double>(places.elements(), 0.0));
  loss_input<double> const drawn = loss_input<double>::target(random_values<double>(colours.elements(), 5, 9));
  CHECK(std::abs(value<colorization<>, places, colours>({}, {equal, drawn}) - std::log(313)) < 1e-12);
  constexpr shape verdicts{.n = images, .c = 1};
  loss_input<double> const undecided = loss_input<double>::target(std::vector<double>(images, 0.0));
  CHECK(std::abs(value<binary_cross_entropy, verdicts>({}, {undecided}) - std::log(2)) < 1e-12);
}

TEST_CASE("losses of predictions of unrelated rows: cosines around zero") {
  constexpr shape both{.n = 2 * images, .c = width};
  loss_input<double> const z = loss_input<double>::target(unit_rows(2 * images, 1)),
                           w = loss_input<double>::target(unit_rows(2 * images, 2));
  double const few = 4 / std::sqrt(2.0 * images * width);
  CHECK(std::abs(value<negative_cosine, both, both>({}, {z, w})) < few);
  CHECK(std::abs(value<cosine_distance, both, both>({}, {z, w}) - 2) < 2 * few);
}

TEST_CASE("barlow_twins and vicreg of unrelated rows: one for every channel, and what N samples leave of correlations") {
  constexpr shape both{.n = 2 * images, .c = width};
  loss_input<double> const z = loss_input<double>::target(unit_rows(2 * images, 1));
  double const lambda = 0.0051, n = images, d = width;
  // a correlation of N unrelated values has mean 0 and variance 1 / N
  double const expected = d * (1 + 1 / n) + lambda * d * (d - 1) / n;
  CHECK(std::abs(value<barlow_twins, both>({.off_diagonal = lambda}, {z}) - expected) < 4 * 2 * std::sqrt(d / n));
  // channels of unit rows have variance 1 / D, and their covariances 1 / (D^2 N)
  CHECK(std::abs(value<vicreg, both>({.invariance = 1, .variance = 0, .covariance = 0}, {z}) - 2 / d) < 0.01 * 2 / d);
  CHECK(std::abs(value<vicreg, both>({.invariance = 0, .variance = 1, .covariance = 0}, {z}) - (1 - std::sqrt(1 / d + 1e-4))) <
        1e-3);
  double const covariance = 2 * (d - 1) / (d * d * n);
  CHECK(std::abs(value<vicreg, both>({.invariance = 0, .variance = 0, .covariance = 1}, {z}) - covariance) < 0.05 * covariance);
}

TEST_CASE("emp_ssl of unrelated rows: the mean of V views is short, and rows that are nearly orthogonal fill the space") {
  constexpr int views = 4, few = 8;
  constexpr shape all{.n = views * few, .c = width};
  using loss = emp_ssl<emp_ssl_config{.views = views}>;
  loss_input<double> const z = loss_input<double>::target(unit_rows(views * few, 1));
  double const n = few, d = width, epsilon = 0.2;
  CHECK(std::abs(value<loss, all>({.similarity = 1, .coding_rate = 0}, {z}) + 1 / std::sqrt(views)) < 0.05);
  // orthogonal rows, less what squared cosines of 1 / D between every two of them take away
  double const rate = n / 2 * std::log(1 + d / (n * epsilon)) - n * (n - 1) / (4 * d);
  CHECK(std::abs(value<loss, all>({.similarity = 0, .coding_rate = 1, .epsilon = epsilon}, {z}) + rate) < 0.04);
}

}  // namespace
