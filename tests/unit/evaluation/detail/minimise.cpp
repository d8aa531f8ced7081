// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/detail/minimise.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace {

using namespace ssl::evaluation::detail;

struct identity {
  Eigen::MatrixXd solve(Eigen::MatrixXd const& gradient) const { return gradient; }
};

/// sum_i scale_i (x_i - i)^2 / 2, of condition 10^5.
struct valley {
  static double scale(Eigen::Index i) { return std::pow(10.0, static_cast<double>(i)); }
  evaluated_point operator()(Eigen::MatrixXd const& x) const {
    evaluated_point at{x, Eigen::MatrixXd(x.rows(), 1), 0};
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
      double const off = x(i) - static_cast<double>(i);
      at.value += 0.5 * scale(i) * off * off;
      at.gradient(i) = scale(i) * off;
    }
    return at;
  }
  identity curvature(Eigen::MatrixXd const&) const { return {}; }
};

/// The same with the inverse of its second derivatives known.
struct known_valley : valley {
  struct diagonal {
    Eigen::MatrixXd solve(Eigen::MatrixXd gradient) const {
      for (Eigen::Index i = 0; i < gradient.rows(); ++i) gradient(i) /= scale(i);
      return gradient;
    }
  };
  diagonal curvature(Eigen::MatrixXd const&) const { return {}; }
};

TEST_CASE("an ill-conditioned minimum is found, in one step where the second derivatives are known") {
  Eigen::MatrixXd const start = Eigen::MatrixXd::Constant(6, 1, -3);
  auto const blind = minimise(start, valley{}, 1e-8, 500);
  auto const seeing = minimise(start, known_valley{}, 1e-8, 500);
  CHECK(blind.converged);
  CHECK(seeing.converged);
  CHECK(seeing.iterations == 1);
  CHECK(blind.iterations > 1);
  for (int i = 0; i < 6; ++i) {
    CHECK(blind.at.x(i) == doctest::Approx(i).epsilon(1e-7));
    CHECK(seeing.at.x(i) == doctest::Approx(i).epsilon(1e-12));
  }
  CHECK(blind.gradient_norm == blind.at.gradient.norm());
}

TEST_CASE("a search that starts at the minimum takes no step") {
  Eigen::MatrixXd at(3, 1);
  at << 0, 1, 2;
  auto const found = minimise(at, valley{}, 1e-8, 500);
  CHECK(found.converged);
  CHECK(found.iterations == 0);
}

TEST_CASE("a search ends without convergence when its iterations are used up, or rounding allows no step") {
  Eigen::MatrixXd const start = Eigen::MatrixXd::Constant(6, 1, -3);
  auto const cut = minimise(start, valley{}, 1e-8, 2);
  CHECK_FALSE(cut.converged);
  CHECK(cut.iterations == 2);
  CHECK(cut.gradient_norm > 1e-8);

  struct raised : valley {  // its values cannot resolve the last steps, and its slopes have an error
    evaluated_point operator()(Eigen::MatrixXd const& x) const {
      auto at = valley::operator()(x);
      at.gradient.array() += 1e-6;
      return at;
    }
  };
  auto const stuck = minimise(start, raised{}, 0.0, 10'000);
  CHECK(stuck.iterations < 10'000);
  CHECK(stuck.at.value < 1e-6);
}

}  // namespace
