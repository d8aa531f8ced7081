// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

/// \file
/// Small expressions over matrices of double with a generated gradient: a second way to write a loss, by which its hand-written
/// form is held, and a quick way to try a new one. Clarity before speed.
///
///   expression z = expression::input(values);
///   expression u = row_normalize(z);
///   expression loss = mean(square(u - expression::constant(targets)));
///   backward(loss);
///   z.gradient()
namespace ssl::testing {

struct matrix {
  int rows = 0;
  int cols = 0;
  std::vector<double> values{};  ///< row by row

  matrix() = default;
  matrix(int rows, int cols, double value = 0) : rows(rows), cols(cols), values(static_cast<std::size_t>(rows) * cols, value) {}
  matrix(int rows, int cols, std::vector<double> given) : rows(rows), cols(cols), values(std::move(given)) {
    if (values.size() != static_cast<std::size_t>(rows) * cols)
      throw std::invalid_argument("matrix: rows * cols values are wanted");
  }
  double& operator()(int r, int c) { return values[static_cast<std::size_t>(r) * cols + c]; }
  double operator()(int r, int c) const { return values[static_cast<std::size_t>(r) * cols + c]; }
};

/// A matrix and how it came about. Copies are handles to the same place in the graph.
class expression {
 public:
  /// Adds to the gradients of the operands, given the finished result.
  using pullback = std::function<void(expression const& result)>;

  /// A value whose gradient is wanted.
  static expression input(matrix value) { return expression(std::move(value), {}, {}); }
  /// A value without gradient.
  static expression constant(matrix value) { return expression(std::move(value), {}, {}); }
  /// The result of an operation.
  static expression result(matrix value, std::vector<expression> operands, pullback pull) {
    return expression(std::move(value), std::move(operands), std::move(pull));
  }

  matrix const& value() const { return node_->value; }
  matrix const& gradient() const { return node_->gradient; }
  void add_gradient(int r, int c, double g) const { node_->gradient(r, c) += g; }
  int rows() const { return node_->value.rows; }
  int cols() const { return node_->value.cols; }
  /// The only element of a 1 x 1 result.
  double scalar() const {
    if (rows() != 1 || cols() != 1) throw std::invalid_argument("expression: not a scalar");
    return node_->value(0, 0);
  }

  /// Sets the gradients of everything that `loss` was made of.
  friend void backward(expression const& loss) {
    loss.scalar();
    std::vector<expression> order;
    loss.visit(order);
    for (expression const& e : order) e.node_->gradient = matrix(e.rows(), e.cols()), e.node_->visited = false;
    loss.add_gradient(0, 0, 1);
    for (std::size_t i = order.size(); i-- > 0;)
      if (order[i].node_->pull) order[i].node_->pull(order[i]);
  }

 private:
  struct node {
    matrix value;
    matrix gradient;
    std::vector<expression> operands;
    pullback pull;
    bool visited = false;
  };
  expression(matrix value, std::vector<expression> operands, pullback pull)
      : node_(std::make_shared<node>(node{std::move(value), {}, std::move(operands), std::move(pull)})) {}
  /// Operands before results.
  void visit(std::vector<expression>& order) const {
    if (std::exchange(node_->visited, true)) return;
    for (expression const& operand : node_->operands) operand.visit(order);
    order.push_back(*this);
  }
  std::shared_ptr<node> node_;
};

// --- elementwise ----------------------------------------------------------------------------------------------------------

/// y = f(x), slope(x, y) = dy/dx.
template <class F, class Slope>
expression map(expression const& x, F f, Slope slope) {
  matrix y(x.rows(), x.cols());
  for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] = f(x.value().values[i]);
  return expression::result(std::move(y), {x}, [x, slope](expression const& e) {
    for (int r = 0; r < e.rows(); ++r)
      for (int c = 0; c < e.cols(); ++c) x.add_gradient(r, c, e.gradient()(r, c) * slope(x.value()(r, c), e.value()(r, c)));
  });
}
inline expression exp(expression const& x) {
  return map(
      x, [](double v) { return std::exp(v); }, [](double, double y) { return y; });
}
inline expression log(expression const& x) {
  return map(
      x, [](double v) { return std::log(v); }, [](double v, double) { return 1 / v; });
}
inline expression square(expression const& x) {
  return map(
      x, [](double v) { return v * v; }, [](double v, double) { return 2 * v; });
}
inline expression operator*(double factor, expression const& x) {
  return map(
      x, [factor](double v) { return factor * v; }, [factor](double, double) { return factor; });
}
inline expression operator+(double offset, expression const& x) {
  return map(
      x, [offset](double v) { return offset + v; }, [](double, double) { return 1.0; });
}

/// a + factor b
inline expression add_scaled(expression const& a, double factor, expression const& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) throw std::invalid_argument("expression: sums want equal shapes");
  matrix y = a.value();
  for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += factor * b.value().values[i];
  return expression::result(std::move(y), {a, b}, [a, b, factor](expression const& e) {
    for (int r = 0; r < e.rows(); ++r)
      for (int c = 0; c < e.cols(); ++c)
        a.add_gradient(r, c, e.gradient()(r, c)), b.add_gradient(r, c, factor * e.gradient()(r, c));
  });
}
inline expression operator+(expression const& a, expression const& b) { return add_scaled(a, 1, b); }
inline expression operator-(expression const& a, expression const& b) { return add_scaled(a, -1, b); }

/// Elementwise product.
inline expression operator*(expression const& a, expression const& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) throw std::invalid_argument("expression: products want equal shapes");
  matrix y = a.value();
  for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] *= b.value().values[i];
  return expression::result(std::move(y), {a, b}, [a, b](expression const& e) {
    for (int r = 0; r < e.rows(); ++r)
      for (int c = 0; c < e.cols(); ++c) {
        a.add_gradient(r, c, e.gradient()(r, c) * b.value()(r, c));
        b.add_gradient(r, c, e.gradient()(r, c) * a.value()(r, c));
      }
  });
}

/// The same value, through which no gradient flows.
inline expression detach(expression const& x) { return expression::constant(x.value()); }

// --- matrices -------------------------------------------------------------------------------------------------------------

inline expression transpose(expression const& x) {
  matrix y(x.cols(), x.rows());
  for (int r = 0; r < x.rows(); ++r)
    for (int c = 0; c < x.cols(); ++c) y(c, r) = x.value()(r, c);
  return expression::result(std::move(y), {x}, [x](expression const& e) {
    for (int r = 0; r < e.rows(); ++r)
      for (int c = 0; c < e.cols(); ++c) x.add_gradient(c, r, e.gradient()(r, c));
  });
}

/// Matrix product.
inline expression product(expression const& a, expression const& b) {
  if (a.cols() != b.rows()) throw std::invalid_argument("expression: a matrix product wants a.cols == b.rows");
  matrix y(a.rows(), b.cols());
  for (int i = 0; i < a.rows(); ++i)
    for (int k = 0; k < a.cols(); ++k)
      for (int j = 0; j < b.cols(); ++j) y(i, j) += a.value()(i, k) * b.value()(k, j);
  return expression::result(std::move(y), {a, b}, [a, b](expression const& e) {
    for (int i = 0; i < a.rows(); ++i)
      for (int k = 0; k < a.cols(); ++k)
        for (int j = 0; j < b.cols(); ++j) {
          a.add_gradient(i, k, e.gradient()(i, j) * b.value()(k, j));
          b.add_gradient(k, j, e.gradient()(i, j) * a.value()(i, k));
        }
  });
}

/// The rows of x in another order; a row may come several times or not at all.
inline expression take_rows(expression const& x, std::vector<int> order) {
  matrix y(static_cast<int>(order.size()), x.cols());
  for (int r = 0; r < y.rows; ++r)
    for (int c = 0; c < y.cols; ++c) y(r, c) = x.value()(order[r], c);
  return expression::result(std::move(y), {x}, [x, order](expression const& e) {
    for (int r = 0; r < e.rows(); ++r)
      for (int c = 0; c < e.cols(); ++c) x.add_gradient(order[r], c, e.gradient()(r, c));
  });
}

/// One element of each row: a column.
inline expression pick(expression const& x, std::vector<int> which) {
  matrix y(x.rows(), 1);
  for (int r = 0; r < y.rows; ++r) y(r, 0) = x.value()(r, which[r]);
  return expression::result(std::move(y), {x}, [x, which](expression const& e) {
    for (int r = 0; r < e.rows(); ++r) x.add_gradient(r, which[r], e.gradient()(r, 0));
  });
}

/// x / max(|x|, smallest), row by row.
inline expression row_normalize(expression const& x, double smallest = 1e-12) {
  matrix y(x.rows(), x.cols());
  std::vector<double> norm(x.rows());
  for (int r = 0; r < x.rows(); ++r) {
    double sum = 0;
    for (int c = 0; c < x.cols(); ++c) sum += x.value()(r, c) * x.value()(r, c);
    norm[r] = std::sqrt(sum);
    for (int c = 0; c < x.cols(); ++c) y(r, c) = x.value()(r, c) / std::max(norm[r], smallest);
  }
  return expression::result(std::move(y), {x}, [x, norm, smallest](expression const& e) {
    for (int r = 0; r < e.rows(); ++r) {
      double dot = 0;
      for (int c = 0; c < e.cols(); ++c) dot += e.gradient()(r, c) * e.value()(r, c);
      bool const raised = norm[r] <= smallest;
      for (int c = 0; c < e.cols(); ++c)
        x.add_gradient(r, c, raised ? e.gradient()(r, c) / smallest : (e.gradient()(r, c) - dot * e.value()(r, c)) / norm[r]);
    }
  });
}

// --- reductions -----------------------------------------------------------------------------------------------------------

/// log of the sum of exp over the elements of a row for which counted(row, column): a column.
template <class Counted>
expression row_log_sum_exp(expression const& x, Counted counted) {
  matrix y(x.rows(), 1);
  for (int r = 0; r < x.rows(); ++r) {
    double largest = -INFINITY, sum = 0;
    for (int c = 0; c < x.cols(); ++c)
      if (counted(r, c)) largest = std::max(largest, x.value()(r, c));
    for (int c = 0; c < x.cols(); ++c)
      if (counted(r, c)) sum += std::exp(x.value()(r, c) - largest);
    y(r, 0) = largest + std::log(sum);
  }
  return expression::result(std::move(y), {x}, [x, counted](expression const& e) {
    for (int r = 0; r < x.rows(); ++r)
      for (int c = 0; c < x.cols(); ++c)
        if (counted(r, c)) x.add_gradient(r, c, e.gradient()(r, 0) * std::exp(x.value()(r, c) - e.value()(r, 0)));
  });
}
inline expression row_log_sum_exp(expression const& x) {
  return row_log_sum_exp(x, [](int, int) { return true; });
}

/// Sums of the rows: a column.
inline expression row_sums(expression const& x) { return product(x, expression::constant(matrix(x.cols(), 1, 1.0))); }

/// The column repeated: rows x cols.
inline expression broadcast(expression const& column, int cols) {
  return product(column, expression::constant(matrix(1, cols, 1.0)));
}

inline expression sum(expression const& x) { return product(expression::constant(matrix(1, x.rows(), 1.0)), row_sums(x)); }
inline expression mean(expression const& x) { return (1.0 / (static_cast<double>(x.rows()) * x.cols())) * sum(x); }

inline expression log_softmax(expression const& x) { return x - broadcast(row_log_sum_exp(x), x.cols()); }

}  // namespace ssl::testing
