// SPDX-License-Identifier: Apache-2.0
#include "ssl/losses/softmax_cross_entropy.hpp"

#include <doctest/doctest.h>

#include "ssl/testing/loss_check.hpp"

namespace {

using namespace ssl::testing;
using ssl::shape;
using ssl::losses::softmax_cross_entropy;
using ssl::losses::softmax_cross_entropy_config;
using ssl::losses::target_form;
using reference = ssl::backends::reference;
using hard = softmax_cross_entropy<>;
using soft = softmax_cross_entropy<softmax_cross_entropy_config{.targets = target_form::probabilities}>;

constexpr shape one_row{.n = 1, .c = 3}, one_label{.n = 1}, two_rows{.n = 2, .c = 3}, two_labels{.n = 2};

TEST_CASE("equal logits give log K, whatever the label") {
  for (int const label : {0, 2}) {
    auto const r =
        evaluate_loss<hard, reference, double, one_row, one_label>({}, {{{7, 7, 7}}, loss_input<double>::labels({label})});
    CHECK(std::abs(r.loss - std::log(3.0)) < 1e-15);
    CHECK(r.gradient[0][label] == doctest::Approx(-2.0 / 3));
    CHECK(r.gradient[0][1] == doctest::Approx(1.0 / 3));
  }
}

TEST_CASE("the mean over rows, and label smoothing, by hand") {
  std::vector<double> const x{std::log(1.0), std::log(2.0), std::log(5.0), 0, 0, 0};  // probabilities 1/8, 2/8, 5/8 and 1/3
  auto const r = evaluate_loss<hard, reference, double, two_rows, two_labels>({}, {{x}, loss_input<double>::labels({1, 0})});
  CHECK(std::abs(r.loss - (std::log(4.0) + std::log(3.0)) / 2) < 1e-15);
  auto const s = evaluate_loss<hard, reference, double, two_rows, two_labels>({.label_smoothing = 0.3},
                                                                              {{x}, loss_input<double>::labels({1, 0})});
  double const all = std::log(8.0) + std::log(4.0) + std::log(1.6);
  CHECK(std::abs(s.loss - (0.7 * std::log(4.0) + 0.1 * all + std::log(3.0)) / 2) < 1e-15);
}

TEST_CASE("probabilities that are one-hot are labels") {
  std::vector<double> const x = random_values<double>(two_rows.elements(), 1, 0);
  auto const a = evaluate_loss<hard, reference, double, two_rows, two_labels>({.label_smoothing = 0.1},
                                                                              {{x}, loss_input<double>::labels({2, 0})});
  auto const b =
      evaluate_loss<soft, reference, double, two_rows, two_rows>({.label_smoothing = 0.1}, {{x}, {{0, 0, 1, 1, 0, 0}}});
  CHECK(std::abs(a.loss - b.loss) < 1e-15);
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(std::abs(a.gradient[0][i] - b.gradient[0][i]) < 1e-15);
}

TEST_CASE("a row without label is left out of the mean") {
  std::vector<double> const x{1, 2, 3, 0, 0, 0};
  auto const r = evaluate_loss<hard, reference, double, two_rows, two_labels>({.label_smoothing = 0.2},
                                                                              {{x}, loss_input<double>::labels({-1, 1})});
  CHECK(std::abs(r.loss - std::log(3.0)) < 1e-15);
  for (int i = 0; i < 3; ++i) CHECK(r.gradient[0][i] == 0);
  auto const none = evaluate_loss<hard, reference, double, two_rows, two_labels>({}, {{x}, loss_input<double>::labels({-1, -1})});
  CHECK(none.loss == 0);
  for (double g : none.gradient[0]) CHECK(g == 0);
}

TEST_CASE("a label beyond the classes makes the loss NaN, not a read outside the logits") {
  auto const r = evaluate_loss<hard, reference, double, one_row, one_label>({}, {{{1, 2, 3}}, loss_input<double>::labels({3})});
  CHECK(std::isnan(r.loss));
}

TEST_CASE("large logits do not overflow in float") {
  auto const r =
      evaluate_loss<hard, reference, float, one_row, one_label>({}, {{{500, -500, 300}}, loss_input<float>::labels({2})});
  CHECK(r.loss == 200);
  CHECK(r.gradient[0] == std::vector<float>{1, 0, -1});
}

TEST_CASE("softmax cross-entropy accepts one label a row, or a distribution a row") {
  shape const labels[] = {{.n = 2, .h = 3, .c = 4}, {.n = 2, .h = 3}}, few[] = {{.n = 2, .h = 3, .c = 4}, {.n = 2}};
  shape const distributions[] = {{.n = 2, .c = 4}, {.n = 2, .c = 4}};
  CHECK(hard::accepts(labels));
  CHECK_FALSE(hard::accepts(few));
  CHECK_FALSE(soft::accepts(labels));
  CHECK(soft::accepts(distributions));
}

}  // namespace
