// SPDX-License-Identifier: Apache-2.0
#include "ssl/testing/network.hpp"

#include "ssl/layers/activation.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/testing/gradient_check.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

/// Layers with a fault, to see that the tools find it.
enum class fault { wrong_gradient, writes_outside, reads_unwritten };

template <fault Fault>
struct faulty : primitive<faulty<Fault>> {
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = in, .workspace_forward = 4};
  }
  template <shape In, class Env>
  struct bind {
    using T = typename Env::scalar;
    static void forward(typename Env::context&, frame<T> const& f, op_record const* op) {
      T const *x = f.at(op->x), *unwritten = f.at(op->workspace_forward);
      T* y = f.at(op->y);
      for (ssl::index i = 0; i < In.elements(); ++i) y[i] = 3 * x[i] + (Fault == fault::reads_unwritten ? unwritten[0] : T(0));
      if (Fault == fault::writes_outside) f.arena[-1] = 0;
    }
    static void backward(typename Env::context&, frame<T> const& f, op_record const* op) {
      for (ssl::index i = 0; i < In.elements(); ++i) f.at(op->gx)[i] = T(Fault == fault::wrong_gradient ? 3.001 : 3) * f.at(op->gy)[i];
    }
  };
};

constexpr shape rows{.n = 2, .c = 3};

TEST_CASE("check_gradients finds a gradient that is wrong by a third of a thousandth, and says where") {
  auto const report = ssl::testing::check_gradients<faulty<fault::wrong_gradient>, rows>();
  CHECK(report.worst > 2e-4);
  CHECK(report.where.substr(0, 2) == "x[");
  CHECK(report.elements == 6);
  CHECK(report.analytic == doctest::Approx(report.numeric).epsilon(1e-3).scale(0));
}

TEST_CASE("single_network shows a tensor read before it is written, and a write outside its memory") {
  unit::on_reference<faulty<fault::reads_unwritten>, rows> reads;
  CHECK(std::isnan(reads.forward({1, 2, 3, 4, 5, 6})[0]));
  unit::on_reference<faulty<fault::writes_outside>, rows> writes;
  CHECK_THROWS_AS(writes.forward({1, 2, 3, 4, 5, 6}), std::logic_error);
}

TEST_CASE("single_network refuses what does not fit, by name and size") {
  unit::on_reference<linear<linear_config{.out = 2}>, rows> net;
  CHECK_THROWS_AS(net.forward({1, 2}), std::invalid_argument);
  CHECK_THROWS_AS(net.parameter("wieght"), std::invalid_argument);
  CHECK_THROWS_AS(net.set_parameter("weight", {1}), std::invalid_argument);
  CHECK_THROWS_AS((unit::on_reference<linear<linear_config{}>, rows>()), std::invalid_argument);
  unit::on_reference<relu, rows> forward_only({.keeps = false});
  forward_only.forward({1, 2, 3, 4, 5, 6});
  CHECK_THROWS_AS(forward_only.backward({1, 2, 3, 4, 5, 6}), std::logic_error);
}

TEST_CASE("random_values are the same for every scalar and exact in float") {
  auto const wide = ssl::testing::random_values<double>(100, 1, 2);
  auto const narrow = ssl::testing::random_values<float>(100, 1, 2);
  for (std::size_t i = 0; i < wide.size(); ++i) CHECK(wide[i] == static_cast<double>(narrow[i]));
  CHECK(wide != ssl::testing::random_values<double>(100, 1, 3));
  CHECK(wide != ssl::testing::random_values<double>(100, 2, 2));
}

}  // namespace
