// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_loss.hpp"
#include "ssl/losses/barlow_twins.hpp"
#include "ssl/losses/dino.hpp"
#include "ssl/losses/emp_ssl.hpp"
#include "ssl/losses/in_batch_info_nce.hpp"
#include "ssl/losses/info_nce.hpp"
#include "ssl/losses/swav.hpp"
#include "ssl/losses/vicreg.hpp"

namespace {

using namespace gradient;

/// The same values as a target: without gradient.
loss_input<double> fixed(loss_input<double> input) {
  input.wants_gradient = false;
  return input;
}

/// A loss whose targets are made of its own input and carry no gradient: against the formula only.
template <class Loss, shape... In, class Formula>
void expect_formula(typename Loss::options const& options, std::vector<loss_input<double>> const& given, Formula formula) {
  std::array<shape, sizeof...(In)> const shapes{In...};
  std::vector<expression> inputs;
  for (std::size_t i = 0; i < given.size(); ++i)
    inputs.push_back(expression::input({static_cast<int>(shapes[i].rows()), shapes[i].c, given[i].values}));
  expression const expected = formula(inputs);
  backward(expected);
  auto const found = evaluate_loss<Loss, ssl::backends::reference, double, In...>(options, given, 3);
  CHECK(std::abs(found.loss - expected.scalar()) < 1e-12 * std::abs(expected.scalar()));
  double largest = 0;
  for (std::size_t j = 0; j < found.gradient[0].size(); ++j) {
    CHECK(std::abs(found.gradient[0][j] - 3 * inputs[0].gradient().values[j]) < 1e-12);
    largest = std::max(largest, std::abs(found.gradient[0][j]));
  }
  CHECK(largest > 1e-3);
  for (std::size_t i = 1; i < given.size(); ++i)
    for (double g : found.gradient[i]) CHECK(g == 0);
}

TEST_CASE("gradient of info_nce") {
  constexpr shape one{.n = 1, .c = 3}, few{.n = 5, .c = 7}, bank{.n = 11, .c = 7}, small_bank{.n = 1, .c = 3};
  auto const formula = [](double t) { return [=](auto const& x) { return info_nce(x[0], x[1], x[2], t); }; };
  expect_loss<losses::info_nce, few, few, bank>({.temperature = 0.2}, {drawn<few>(1), drawn<few>(2), drawn<bank>(3)},
                                                formula(0.2));
  expect_loss<losses::info_nce, few, few, bank>({.temperature = 1}, {drawn<few>(4), fixed(drawn<few>(5)), fixed(drawn<bank>(6))},
                                                formula(1));
  expect_loss<losses::info_nce, one, one, small_bank>({.temperature = 0.5},
                                                      {drawn<one>(7), drawn<one>(8), fixed(drawn<small_bank>(9))}, formula(0.5));
}

TEST_CASE("gradient of in_batch_info_nce") {
  constexpr shape smallest{.n = 4, .c = 3}, few{.n = 10, .c = 7};
  auto const formula = [](double t) { return [=](auto const& x) { return in_batch_info_nce(x[0], x[1], t); }; };
  expect_loss<losses::in_batch_info_nce, smallest, smallest>({.temperature = 0.5}, {drawn<smallest>(1), drawn<smallest>(2)},
                                                             formula(0.5));
  expect_loss<losses::in_batch_info_nce, few, few>({.temperature = 0.2}, {drawn<few>(3), drawn<few>(4)}, formula(0.2));
  expect_loss<losses::in_batch_info_nce, few, few>({.temperature = 1}, {drawn<few>(5), fixed(drawn<few>(6))}, formula(1));
}

TEST_CASE("gradient of barlow_twins") {
  constexpr shape smallest{.n = 4, .c = 2}, wide{.n = 8, .c = 7}, long_one{.n = 26, .c = 3};
  auto const formula = [](double lambda) { return [=](auto const& x) { return barlow_twins(x[0], lambda); }; };
  expect_loss<losses::barlow_twins, smallest>({.off_diagonal = 0.5}, {drawn<smallest>(1)}, formula(0.5));
  expect_loss<losses::barlow_twins, wide>({.off_diagonal = 0.0051}, {drawn<wide>(2)}, formula(0.0051));
  expect_loss<losses::barlow_twins, long_one>({.off_diagonal = 0.1}, {drawn<long_one>(3)}, formula(0.1));
}

TEST_CASE("gradient of vicreg: all terms, and each by itself") {
  constexpr shape smallest{.n = 4, .c = 2}, wide{.n = 8, .c = 7};
  using options = losses::vicreg::options;
  for (options const o : {options{25, 25, 1}, options{1, 0, 0}, options{0, 1, 0}, options{0, 0, 1}}) {
    auto const formula = [=](auto const& x) { return vicreg(x[0], o.invariance, o.variance, o.covariance); };
    expect_loss<losses::vicreg, smallest>(o, {drawn<smallest>(1)}, formula);
    expect_loss<losses::vicreg, wide>(o, {drawn<wide>(2)}, formula);
  }
}

TEST_CASE("vicreg: a channel that varies enough has no variance term, and none of its gradient") {
  constexpr shape in{.n = 12, .c = 3};
  std::vector<double> wide(static_cast<std::size_t>(in.elements()));
  for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = i / 3 % 2 == 0 ? 1.5 : -1.5;  // deviations of 1.6
  auto const found = evaluate_loss<losses::vicreg, ssl::backends::reference, double, in>(
      {.invariance = 0, .variance = 1, .covariance = 0}, {wide});
  CHECK(found.loss == 0);
  for (double g : found.gradient[0]) CHECK(g == 0);
}

TEST_CASE("gradient of emp_ssl: both terms, and each by itself; matrices of rows and of channels") {
  constexpr shape wide{.n = 6, .c = 5}, tall{.n = 12, .c = 2};
  struct weights {
    double similarity, coding_rate;
  };
  for (weights const w : {weights{20, 1}, weights{1, 0}, weights{0, 1}}) {
    auto const formula = [=](int views) {
      return [=](auto const& x) { return emp_ssl(x[0], views, w.similarity, w.coding_rate, 0.3); };
    };
    expect_loss<losses::emp_ssl<losses::emp_ssl_config{.views = 3}>, wide>(
        {.similarity = w.similarity, .coding_rate = w.coding_rate, .epsilon = 0.3}, {drawn<wide>(1)}, formula(3));
    expect_loss<losses::emp_ssl<losses::emp_ssl_config{.views = 2}>, tall>(
        {.similarity = w.similarity, .coding_rate = w.coding_rate, .epsilon = 0.3}, {drawn<tall>(2)}, formula(2));
  }
}

TEST_CASE("gradient of dino") {
  constexpr shape two{.n = 6, .c = 5}, five{.n = 15, .c = 5}, teacher{.n = 6, .c = 5}, centre{.c = 5};
  auto const formula = [](auto const& x) { return dino(x[0], x[1], x[2], 0.3, 0.2); };
  losses::dino<>::options const numbers{.student_temperature = 0.3, .teacher_temperature = 0.2};
  expect_loss<losses::dino<>, two, teacher, centre>(numbers, {drawn<two>(1), fixed(drawn<teacher>(2)), fixed(drawn<centre>(3))},
                                                    formula);
  using multi_crop = losses::dino<losses::dino_config{.views = 5}>;
  expect_loss<multi_crop, five, teacher, centre>({.student_temperature = 0.3, .teacher_temperature = 0.2},
                                                 {drawn<five>(4), fixed(drawn<teacher>(5)), fixed(drawn<centre>(6))}, formula);
}

TEST_CASE("gradient of dino with balanced targets") {
  constexpr shape four{.n = 12, .c = 5}, teacher{.n = 6, .c = 5};
  using balanced = losses::dino<losses::dino_config{.views = 4, .targets = losses::teacher_targets::balanced}>;
  expect_loss<balanced, four, teacher>({.student_temperature = 0.3, .teacher_temperature = 0.2},
                                       {drawn<four>(1), fixed(drawn<teacher>(2))},
                                       [](auto const& x) { return balanced_dino(x[0], x[1], 0.3, 0.2, 3); });
  expect_formula<balanced, four, teacher>({.student_temperature = 0.3, .teacher_temperature = 0.2, .iterations = 1},
                                          {drawn<four>(3), drawn<teacher>(4)},
                                          [](auto const& x) { return balanced_dino(x[0], x[1], 0.3, 0.2, 1); });
}

TEST_CASE("gradient of swav: none passes through the codes, so differences do not apply") {
  constexpr shape two{.n = 8, .c = 5}, four{.n = 16, .c = 5}, queue{.n = 6, .c = 5};
  expect_formula<losses::swav<>, two>({}, {drawn<two>(1)}, [](auto const& x) { return swav(x[0], 2, {}, 0.1, 0.05, 3); });
  using queued = losses::swav<losses::swav_config{.views = 4, .queue = losses::earlier_scores::given}>;
  std::vector<loss_input<double>> const given{drawn<four>(2), drawn<queue>(3)};
  expect_formula<queued, four, queue>({.temperature = 0.2, .epsilon = 0.1, .iterations = 2}, given,
                                      [](auto const& x) { return swav(x[0], 4, x[1].value(), 0.2, 0.1, 2); });
  expect_formula<queued, four, queue>({.uses_queue = false}, given,
                                      [](auto const& x) { return swav(x[0], 4, {}, 0.1, 0.05, 3); });
}

}  // namespace
