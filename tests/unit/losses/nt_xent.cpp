// SPDX-License-Identifier: Apache-2.0
#include "ssl/losses/nt_xent.hpp"

#include <doctest/doctest.h>

#include "ssl/testing/loss_check.hpp"

namespace {

using namespace ssl::testing;
using ssl::shape;
using ssl::losses::nt_xent;
using ssl::losses::nt_xent_config;
using ssl::losses::similarity;
using reference = ssl::backends::reference;

using stored = nt_xent<nt_xent_config{.form = similarity::stored}>;
using tiled = nt_xent<nt_xent_config{.form = similarity::tiled}>;

bool near(double a, double b, double allowed = 1e-12) { return std::abs(a - b) <= allowed * std::max(1.0, std::abs(b)); }

TEST_CASE("nt_xent of two orthogonal images whose views agree") {
  constexpr shape in{.n = 4, .c = 2};
  std::vector<double> const z{1, 0, 0, 1,   // view 1
                              3, 0, 0, 2};  // view 2: lengths do not matter
  for (double const temperature : {0.5, 0.1}) {
    auto const r = evaluate_loss<nt_xent<>, reference, double, in>({.temperature = temperature}, {{z}});
    CHECK(near(r.loss, std::log(std::exp(1 / temperature) + 2) - 1 / temperature));
  }
}

TEST_CASE("nt_xent of equal rows is log(2N - 1), without gradient") {
  constexpr shape in{.n = 10, .c = 3};
  std::vector<double> z;
  for (int i = 0; i < in.n; ++i) z.insert(z.end(), {0.5, -1.0, 2.0});
  auto const r = evaluate_loss<nt_xent<>, reference, double, in>({}, {{z}});
  CHECK(near(r.loss, std::log(9.0)));
  for (double g : r.gradient[0]) CHECK(std::abs(g) < 1e-12);
}

TEST_CASE("nt_xent of unrelated rows is a little above log(2N - 1)") {
  constexpr shape in{.n = 128, .c = 256};
  auto const r =
      evaluate_loss<nt_xent<>, reference, double, in>({.temperature = 0.5}, {{random_values<double>(in.elements(), 3, 0)}});
  double const expected = std::log(127.0) + 1 / (2.0 * in.c * 0.25);
  INFO("seed 3, expected about " << expected << ", found " << r.loss);
  CHECK(std::abs(r.loss - expected) < 0.05);
}

TEST_CASE("nt_xent: a zero row is compared as zero and its gradient is divided by 1e-12") {
  constexpr shape in{.n = 4, .c = 2};
  std::vector<double> const z{0, 0, 0, 1, 1, 0, 1, 0};
  auto const r = evaluate_loss<nt_xent<>, reference, double, in>({.temperature = 1}, {{z}});
  for (double g : r.gradient[0]) CHECK(std::isfinite(g));
  CHECK(std::abs(r.gradient[0][0]) > 1e10);
  CHECK(std::abs(r.gradient[0][0]) < 1e12);
  // anchors: (0 and positive), (e2: nothing alike), (e1: one equal row, not its positive), (e1: the same; its positive is e2)
  double const e = std::exp(1.0);
  CHECK(near(r.loss, (std::log(3.0) + std::log(3.0) + std::log(2 + e) + std::log(2 + e)) / 4));
}

TEST_CASE("nt_xent does not overflow at a low temperature in float") {
  constexpr shape in{.n = 8, .c = 4};
  auto const r =
      evaluate_loss<nt_xent<>, reference, float, in>({.temperature = 0.005}, {{random_values<float>(in.elements(), 4, 0)}});
  CHECK(std::isfinite(r.loss));
  for (float g : r.gradient[0]) CHECK(std::isfinite(g));
}

TEST_CASE_TEMPLATE("nt_xent in strips equals the stored form", T, float, double) {
  constexpr shape in{.n = 300, .c = 17};  // strips of 128, 128 and 44 rows
  std::vector<T> const z = random_values<T>(in.elements(), 5, 0);
  auto const a = evaluate_loss<stored, reference, T, in>({.temperature = 0.2}, {{z}}, 2.5);
  auto const b = evaluate_loss<tiled, reference, T, in>({.temperature = 0.2}, {{z}}, 2.5);
  CHECK(a.loss == b.loss);
  CHECK(a.gradient[0] == b.gradient[0]);
}

TEST_CASE("nt_xent: the weight multiplies the gradient, not the value; without gz there is only the value") {
  constexpr shape in{.n = 6, .c = 5};
  std::vector<double> const z = random_values<double>(in.elements(), 6, 0);
  auto const once = evaluate_loss<nt_xent<>, reference, double, in>({}, {{z}});
  auto const twice = evaluate_loss<nt_xent<>, reference, double, in>({}, {{z}}, 2);
  auto const none = evaluate_loss<nt_xent<>, reference, double, in>({}, {loss_input<double>::target(z)});
  CHECK(once.loss == twice.loss);
  CHECK(once.loss == none.loss);
  CHECK(none.gradient[0].empty());
  for (std::size_t i = 0; i < z.size(); ++i) CHECK(near(twice.gradient[0][i], 2 * once.gradient[0][i]));
}

TEST_CASE("nt_xent: the tiled form needs memory linear in the number of rows") {
  using env = ssl::environment<reference, float>;
  constexpr ssl::index small = tiled::bind<env, shape{.n = 4096, .c = 64}>::workspace;
  constexpr ssl::index large = tiled::bind<env, shape{.n = 8192, .c = 64}>::workspace;
  static_assert(large <= 2 * small);
  static_assert(stored::bind<env, shape{.n = 8192, .c = 64}>::workspace > 8192 * 8192);
  static_assert(nt_xent<>::bind<env, shape{.n = 8192, .c = 64}>::workspace == large);
  CHECK(large < 8192 * 512);
}

TEST_CASE("nt_xent accepts an even batch of at least two vectors per view") {
  auto const accepts = [](shape s) { return nt_xent<>::accepts(&s); };
  CHECK(accepts({.n = 4, .c = 1}));
  CHECK_FALSE(accepts({.n = 2, .c = 8}));
  CHECK_FALSE(accepts({.n = 7, .c = 8}));
  CHECK_FALSE(accepts({.n = 8, .h = 2, .c = 8}));
  static_assert(ssl::loss<nt_xent<>>);
}

/// A backend with a form of its own that notes how it is called.
struct with_own_form : reference {
  struct context : reference::context {
    ssl::index rows = 0, width = 0;
  };
  static constexpr ssl::index nt_xent_workspace(ssl::index rows, ssl::index) { return rows; }
  template <class T>
  static void nt_xent_tiled(context& c, ssl::index rows, ssl::index width, T const*, T temperature, T weight, T* loss, T* gz,
                            T* workspace) {
    c.rows = rows, c.width = width;
    *loss = temperature;
    gz[0] = weight, workspace[rows - 1] = 0;
  }
};

TEST_CASE("nt_xent uses the backend's own form unless told to store the matrix") {
  constexpr shape in{.n = 4, .c = 3};
  using env = ssl::environment<with_own_form, double>;
  static_assert(nt_xent<>::bind<env, in>::tuned && tiled::bind<env, in>::tuned && !stored::bind<env, in>::tuned);
  static_assert(nt_xent<>::bind<env, in>::workspace == 4);
  auto const r = evaluate_loss<nt_xent<>, with_own_form, double, in>({.temperature = 0.25}, {{std::vector<double>(12)}}, 3);
  CHECK(r.loss == 0.25);
  CHECK(r.gradient[0][0] == 3);
}

TEST_CASE("a loss is called alone") {
  constexpr shape in{.n = 6, .c = 5};
  std::vector<float> const z = random_values<float>(in.elements(), 7, 0);
  std::vector<float> gz(z.size());
  reference::context c;
  ssl::loss_arguments<float, 1> arguments{.x = {z.data()}, .gx = {gz.data()}};
  float const value = ssl::losses::call<nt_xent<>, reference, in>(c, {.temperature = 0.2}, arguments);
  auto const same = evaluate_loss<nt_xent<>, reference, float, in>({.temperature = 0.2}, {{z}});
  CHECK(value == same.loss);
  CHECK(gz == same.gradient[0]);
}

}  // namespace
