// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_loss.hpp"
#include "ssl/losses/ibot.hpp"
#include "ssl/losses/koleo.hpp"

namespace {

using namespace gradient;

loss_input<double> fixed(loss_input<double> input) {
  input.wants_gradient = false;
  return input;
}

// three views of 2 x 2 tokens: three masked, none, two
std::vector<std::int32_t> const mask{1, 0, 1, 1, /**/ 0, 0, 0, 0, /**/ 0, 1, 1, 0};
std::vector<int> const masked{3, 0, 2};
constexpr shape masks{.n = 3, .h = 2, .w = 2, .c = 1}, centre{.c = 5};

TEST_CASE("gradient of ibot: as many rows as masked tokens, and more") {
  constexpr shape five{.n = 5, .c = 5}, seven{.n = 7, .c = 5};
  losses::ibot<>::options const numbers{.student_temperature = 0.3, .teacher_temperature = 0.2};
  auto const formula = [](auto const& x) {
    expression const shift = product(expression::constant(matrix(x[1].rows(), 1, 1.0)), x[2]);
    return ibot(x[0], exp(log_softmax((1 / 0.2) * (x[1] - shift))).value(), masked, 0.3);
  };
  expect_loss<losses::ibot<>, five, five, masks, centre>(
      numbers, {drawn<five>(1), fixed(drawn<five>(2)), loss_input<double>::labels(mask), fixed(drawn<centre>(3))}, formula);
  expect_loss<losses::ibot<>, seven, seven, masks, centre>(
      numbers, {drawn<seven>(4), fixed(drawn<seven>(5)), loss_input<double>::labels(mask), fixed(drawn<centre>(6))}, formula);
}

TEST_CASE("gradient of ibot with balanced targets: rows behind the last masked token do not count") {
  using balanced = losses::ibot<losses::ibot_config{.targets = losses::teacher_targets::balanced}>;
  constexpr shape five{.n = 5, .c = 5}, seven{.n = 7, .c = 5};
  auto const formula = [](auto const& x) {
    return ibot(x[0], sinkhorn_knopp(some_rows((1 / 0.2) * x[1], 0, 5).value(), 3), masked, 0.3);
  };
  balanced::options const numbers{.student_temperature = 0.3, .teacher_temperature = 0.2};
  expect_loss<balanced, five, five, masks>(numbers, {drawn<five>(1), fixed(drawn<five>(2)), loss_input<double>::labels(mask)},
                                           formula);
  loss_input<double> teacher = fixed(drawn<seven>(4));
  for (std::size_t i = 25; i < teacher.values.size(); ++i)
    teacher.values[i] = 1e3;  // no number, had they a part in the balancing
  expect_loss<balanced, seven, seven, masks>(numbers, {drawn<seven>(3), teacher, loss_input<double>::labels(mask)}, formula);
}

TEST_CASE("ibot without any masked token: no loss, no gradient") {
  constexpr shape five{.n = 5, .c = 5};
  using balanced = losses::ibot<losses::ibot_config{.targets = losses::teacher_targets::balanced}>;
  auto const none = loss_input<double>::labels(std::vector<std::int32_t>(12, 0));
  auto const found =
      evaluate_loss<balanced, ssl::backends::reference, double, five, five, masks>({}, {drawn<five>(1), drawn<five>(2), none});
  CHECK(found.loss == 0);
  for (double const g : found.gradient[0]) CHECK(g == 0);
}

TEST_CASE("gradient of koleo") {
  constexpr shape smallest{.n = 4, .c = 3}, more{.n = 14, .c = 5}, one_view{.n = 7, .c = 2};
  auto const formula = [](int views) { return [=](auto const& x) { return koleo(x[0], views); }; };
  expect_loss<losses::koleo<>, smallest>({}, {drawn<smallest>(1)}, formula(2));
  expect_loss<losses::koleo<>, more>({}, {drawn<more>(2)}, formula(2));
  expect_loss<losses::koleo<losses::koleo_config{.views = 1}>, one_view>({}, {drawn<one_view>(3)}, formula(1));
}

TEST_CASE("koleo of equal rows: log(1 / e) for each, and no gradient") {
  constexpr shape in{.n = 6, .c = 3};
  std::vector<double> const equal(18, 0.5);
  auto const found = evaluate_loss<losses::koleo<>, ssl::backends::reference, double, in>({}, {equal});
  CHECK(found.loss == doctest::Approx(-2 * std::log(1e-8 + 1e-8 * std::sqrt(3.0))));
  for (double const g : found.gradient[0]) CHECK(std::abs(g) < 10);  // of two offsets of 1e-8, not of a difference
}

}  // namespace
