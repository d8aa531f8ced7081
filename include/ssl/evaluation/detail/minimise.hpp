// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>
#include <vector>

/// \file
/// Limited-memory BFGS for smooth convex functions of a matrix.
namespace ssl::evaluation::detail {

/// A point with the function's value and gradient there.
struct evaluated_point {
  Eigen::MatrixXd x, gradient;
  double value = 0;
};

inline double inner(Eigen::MatrixXd const& a, Eigen::MatrixXd const& b) { return a.cwiseProduct(b).sum(); }

/// The last steps and changes of the gradient, which stand for the inverse of the second derivatives.
///
/// Source       Nocedal & Wright, Numerical Optimization, 2nd edition, algorithm 7.4
class curvature_memory {
 public:
  explicit curvature_memory(std::size_t length) : length_(length) {}

  void remember(Eigen::MatrixXd step, Eigen::MatrixXd change) {
    double const product = inner(step, change);
    if (!(product > 0)) return;
    pairs_.push_back({std::move(step), std::move(change), product});
    if (pairs_.size() > length_) pairs_.pop_front();
  }

  /// -H * gradient, where curvature.solve(g) applies the inverse second derivatives to begin with.
  template <class Curvature>
  Eigen::MatrixXd descent(Eigen::MatrixXd gradient, Curvature const& curvature) const {
    std::vector<double> weights(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      weights[i] = inner(pairs_[i].step, gradient) / pairs_[i].product;
      gradient -= weights[i] * pairs_[i].change;
    }
    Eigen::MatrixXd direction = curvature.solve(gradient);
    if (!pairs_.empty()) {
      auto const& last = pairs_.back();
      direction *= last.product / inner(last.change, curvature.solve(last.change));
    }
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      direction += (weights[i] - inner(pairs_[i].change, direction) / pairs_[i].product) * pairs_[i].step;
    return -direction;
  }

 private:
  struct pair {
    Eigen::MatrixXd step, change;
    double product;
  };
  std::size_t length_;
  std::deque<pair> pairs_;
};

/// Moves `at` along a descent direction to where the slope is at most half of what it was; false when rounding allows no step.
///
/// The slope of a convex function rises along a line, so the place is bracketed by slopes, which stay accurate near the minimum
/// where differences of values drown in rounding. Values only refuse a step that goes up.
template <class Function>
bool search_line(evaluated_point& at, Eigen::MatrixXd const& direction, Function const& function) {
  constexpr int most_trials = 30;
  double const slope = inner(at.gradient, direction);
  if (!(slope < 0)) return false;
  double const highest = at.value + 1e-13 * std::abs(at.value);
  double shortest = 0, longest = 0, length = 1;  // longest: 0 while no step was too long
  for (int trial = 0; trial < most_trials; ++trial) {
    evaluated_point const next = function(at.x + length * direction);
    double const here = inner(next.gradient, direction);
    bool const too_long = !(next.value <= highest) || here > -0.5 * slope;
    if (!too_long && here >= 0.5 * slope) {
      at = next;
      return true;
    }
    (too_long ? longest : shortest) = length;
    length = longest > 0 ? 0.5 * (shortest + longest) : 2 * length;
  }
  return false;
}

struct minimum {
  evaluated_point at;
  int iterations = 0;
  double gradient_norm = 0;
  bool converged = false;
};

/// Minimises a convex function from `start` until the Euclidean norm of its gradient is at most `tolerance`.
///
/// function(x) gives an evaluated_point. function.curvature(x) approximates the second derivatives near x by something positive
/// definite whose solve(g) applies the inverse: it decides how many steps are needed and not where they end, and is renewed ever
/// more seldom, since it costs several steps and changes less and less.
template <class Function>
minimum minimise(Eigen::MatrixXd const& start, Function const& function, double tolerance, int most_iterations) {
  minimum result{.at = function(start), .iterations = 0, .gradient_norm = 0, .converged = false};
  auto curvature = function.curvature(start);
  int renewal = 8;
  curvature_memory memory(20);
  for (;; ++result.iterations) {
    result.gradient_norm = result.at.gradient.norm();
    result.converged = result.gradient_norm <= tolerance;
    if (result.converged || result.iterations == most_iterations) return result;
    if (result.iterations == renewal) {
      curvature = function.curvature(result.at.x);
      renewal *= 4;
    }
    evaluated_point const before = result.at;
    if (!search_line(result.at, memory.descent(before.gradient, curvature), function)) return result;
    memory.remember(result.at.x - before.x, result.at.gradient - before.gradient);
  }
}

}  // namespace ssl::evaluation::detail
