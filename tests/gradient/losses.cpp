// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_loss.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/losses/dcl.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"

namespace {

using namespace gradient;

TEST_CASE_TEMPLATE("gradient of nt_xent", Loss, losses::nt_xent<losses::nt_xent_config{.form = losses::similarity::stored}>,
                   losses::nt_xent<losses::nt_xent_config{.form = losses::similarity::tiled}>, losses::nt_xent<>) {
  auto const formula = [](double temperature) {
    return [=](std::vector<expression> const& x) { return nt_xent(x[0], temperature); };
  };
  constexpr shape smallest{.n = 4, .c = 3}, few{.n = 10, .c = 7}, one_wide{.n = 6, .c = 1};
  expect_loss<Loss, smallest>({.temperature = 0.5}, {drawn<smallest>(1)}, formula(0.5));
  expect_loss<Loss, few>({.temperature = 0.1}, {drawn<few>(2)}, formula(0.1));
  expect_loss<Loss, few>({.temperature = 1.0}, {drawn<few>(3)}, formula(1.0));

  // in one dimension every direction is +-1: the gradient is 0 but for rounding
  auto const flat = evaluate_loss<Loss, ssl::backends::reference, double, one_wide>({.temperature = 0.5}, {drawn<one_wide>(4)});
  for (double g : flat.gradient[0]) CHECK(std::abs(g) < 1e-12);
}

TEST_CASE("gradient of nt_xent in several strips") {
  constexpr shape in{.n = 2 * 131, .c = 3};
  using tiled = losses::nt_xent<losses::nt_xent_config{.form = losses::similarity::tiled}>;
  expression const z = expression::input({in.n, in.c, drawn<in>(5).values});
  expression const expected = nt_xent(z, 0.2);
  backward(expected);
  auto const found = evaluate_loss<tiled, ssl::backends::reference, double, in>({.temperature = 0.2}, {drawn<in>(5)});
  CHECK(std::abs(found.loss - expected.scalar()) < 1e-12 * expected.scalar());
  for (std::size_t j = 0; j < found.gradient[0].size(); ++j)
    CHECK(std::abs(found.gradient[0][j] - z.gradient().values[j]) < 1e-12);
}

TEST_CASE_TEMPLATE("gradient of dcl", Form, std::integral_constant<losses::similarity, losses::similarity::stored>,
                   std::integral_constant<losses::similarity, losses::similarity::tiled>) {
  using plain = losses::dcl<losses::dcl_config{.form = Form::value}>;
  constexpr shape smallest{.n = 4, .c = 3}, few{.n = 10, .c = 7};
  auto const formula = [](std::vector<expression> const& x) { return dcl(x[0], 0.3); };
  expect_loss<plain, smallest>({.temperature = 0.3}, {drawn<smallest>(1)}, formula);
  expect_loss<plain, few>({.temperature = 0.3}, {drawn<few>(2)}, formula);
}

TEST_CASE("gradient of dcl with weights: they carry none, so differences do not apply") {
  using weighted = losses::dcl<losses::dcl_config{.weights = losses::positive_weights::hard_first}>;
  constexpr shape in{.n = 10, .c = 7};
  expression const z = expression::input({in.n, in.c, drawn<in>(3).values});
  expression const expected = weighted_dcl(z, 0.2, 0.5);
  backward(expected);
  auto const found =
      evaluate_loss<weighted, ssl::backends::reference, double, in>({.temperature = 0.2, .sigma = 0.5}, {drawn<in>(3)}, 3);
  CHECK(std::abs(found.loss - expected.scalar()) < 1e-12 * std::abs(expected.scalar()));
  for (std::size_t j = 0; j < found.gradient[0].size(); ++j)
    CHECK(std::abs(found.gradient[0][j] - 3 * z.gradient().values[j]) < 1e-12);
}

TEST_CASE("gradient of cosine") {
  using losses::cosine_config;
  using losses::cosine_form;
  constexpr auto same = ssl::ops::pairing::same_row, other = ssl::ops::pairing::other_view;
  constexpr shape vectors{.n = 6, .c = 5}, places{.n = 2, .h = 3, .w = 2, .c = 4};
  std::vector<int> const identity{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  auto const rows = [](std::vector<int> const& all, int n) { return std::vector<int>(all.begin(), all.begin() + n); };

  expect_loss<losses::cosine<cosine_config{.form = cosine_form::negative, .pairs = same}>, places, places>(
      {}, {drawn<places>(1), drawn<places>(2)}, [&](auto const& x) { return negative_cosine(x[0], x[1], rows(identity, 12)); });
  expect_loss<losses::cosine<cosine_config{.form = cosine_form::distance, .pairs = same}>, vectors, vectors>(
      {}, {drawn<vectors>(3), drawn<vectors>(4)}, [&](auto const& x) { return cosine_distance(x[0], x[1], rows(identity, 6)); });
  expect_loss<losses::negative_cosine, vectors, vectors>(
      {}, {drawn<vectors>(5), drawn<vectors>(6)}, [&](auto const& x) { return negative_cosine(x[0], x[1], other_views(6)); });
  expect_loss<losses::cosine_distance, vectors, vectors>(
      {}, {drawn<vectors>(7), drawn<vectors>(8)}, [&](auto const& x) { return cosine_distance(x[0], x[1], other_views(6)); });
  static_assert(!losses::cosine<cosine_config{.pairs = other}>::accepts(std::array{shape{.n = 3}, shape{.n = 3}}.data()));

  SUBCASE("a target without gradient") {
    loss_input<double> target = drawn<vectors>(6);
    target.wants_gradient = false;
    expect_loss<losses::negative_cosine, vectors, vectors>(
        {}, {drawn<vectors>(5), target}, [&](auto const& x) { return negative_cosine(x[0], x[1], other_views(6)); });
  }
}

TEST_CASE("gradient of mean_square_error") {
  constexpr shape in{.n = 3, .h = 2, .w = 1, .c = 5};
  expect_loss<losses::mean_square_error, in, in>({}, {drawn<in>(1), drawn<in>(2)},
                                                 [](auto const& x) { return mean_square_error(x[0], x[1]); });
}

TEST_CASE("gradient of softmax_cross_entropy") {
  using losses::softmax_cross_entropy_config;
  using losses::target_form;
  using hard = losses::softmax_cross_entropy<>;
  using soft = losses::softmax_cross_entropy<softmax_cross_entropy_config{.targets = target_form::probabilities}>;
  constexpr shape logits{.n = 3, .h = 2, .c = 5}, labels = logits.with_channels(1);

  for (double const smoothing : {0.0, 0.1}) {
    std::vector<int> const label{4, 0, 2, -1, 1, 1};
    expect_loss<hard, logits, labels>({.label_smoothing = smoothing},
                                      {drawn<logits>(1), loss_input<double>::labels({4, 0, 2, -1, 1, 1})},
                                      [&](auto const& x) { return softmax_cross_entropy(x[0], label, smoothing); });
    loss_input<double> targets = drawn<logits>(2);
    for (double& t : targets.values) t = t * t;  // they need not sum to 1
    expect_loss<soft, logits, logits>({.label_smoothing = smoothing}, {drawn<logits>(1), targets},
                                      [&](auto const& x) { return softmax_cross_entropy(x[0], x[1], smoothing); });
  }
}

}  // namespace
