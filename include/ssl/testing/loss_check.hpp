// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <array>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ssl/losses/loss.hpp"
#include "ssl/testing/gradient_check.hpp"

/// \file
/// One loss by itself: for tests of losses, for comparisons with other implementations, for authors of losses.
namespace ssl::testing {

/// What is given to one input of a loss: numbers whose gradient is wanted, a target without gradient, or integers.
template <class T>
struct loss_input {
  std::vector<T> values;
  std::vector<std::int32_t> integers;
  bool wants_gradient = true;

  loss_input(std::vector<T> given) : values(std::move(given)) {}
  static loss_input target(std::vector<T> given) {
    loss_input input(std::move(given));
    input.wants_gradient = false;
    return input;
  }
  static loss_input labels(std::vector<std::int32_t> given) {
    loss_input input = target({});
    input.integers = std::move(given);
    return input;
  }
};

template <class T>
struct loss_outcome {
  T loss{};
  std::vector<std::vector<T>> gradient;  ///< of every input; empty where none was wanted
};

/// Runs a loss once in the backend's memory. All outputs and the workspace hold NaN before, and known bytes around them.
///
/// Errors   std::logic_error where the loss writes outside its arrays; std::invalid_argument for inputs of another size
/// Example  auto r = evaluate_loss<losses::nt_xent<>, backends::reference, float, shape{.n = 8, .c = 16}>({}, {{z}});
template <class Loss, class Backend, class T, shape... In>
loss_outcome<T> evaluate_loss(typename Loss::options const& options, std::vector<loss_input<T>> const& given, double weight = 1) {
  using bound = typename Loss::template bind<environment<Backend, T>, In...>;
  using numbers = guarded_array<Backend, T>;
  using integers = guarded_array<Backend, std::int32_t>;
  constexpr std::array<shape, sizeof...(In)> shapes{In...};
  static_assert(sizeof...(In) == Loss::inputs && Loss::accepts(shapes.data()), "the loss does not accept these shapes");
  if (given.size() != shapes.size()) throw std::invalid_argument("evaluate_loss: one loss_input for every input");

  typename Backend::context c{};
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  std::vector<std::unique_ptr<numbers>> all;
  std::vector<std::unique_ptr<integers>> all_integers;
  auto const array = [&](index elements) {
    all.push_back(std::make_unique<numbers>(c, elements));
    all.back()->fill(nan);
    return all.back().get();
  };

  loss_arguments<T, Loss::inputs> arguments;
  std::array<numbers*, sizeof...(In)> gradient{};
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    index const elements = shapes[i].elements();
    bool const has_integers = !given[i].integers.empty();
    if (static_cast<index>(has_integers ? given[i].integers.size() : given[i].values.size()) != elements)
      throw std::invalid_argument("evaluate_loss: input " + std::to_string(i) + " has the wrong number of elements");
    if (has_integers) {
      all_integers.push_back(std::make_unique<integers>(c, elements));
      all_integers.back()->write(0, given[i].integers);
      arguments.integers[i] = all_integers.back()->data();
      continue;
    }
    numbers* const x = array(elements);
    x->write(0, given[i].values);
    arguments.x[i] = x->data();
    if (given[i].wants_gradient) gradient[i] = array(elements), arguments.gx[i] = gradient[i]->data();
  }
  numbers* const value = array(1);
  arguments.loss = value->data();
  arguments.workspace = array(bound::workspace)->data();
  arguments.weight = static_cast<T>(weight);
  bound::run(c, options, arguments);

  for (auto const& a : all)
    if (!a->margins_are_whole()) throw std::logic_error("evaluate_loss: the loss wrote outside its arrays");
  loss_outcome<T> result{.loss = value->read(0, 1)[0], .gradient = std::vector<std::vector<T>>(shapes.size())};
  for (std::size_t i = 0; i < shapes.size(); ++i)
    if (gradient[i] != nullptr) result.gradient[i] = gradient[i]->read(0, shapes[i].elements());
  return result;
}

/// Compares every derivative of a loss with its central difference, in double on the reference backend; `weight` must multiply
/// it.
///
/// Cost  two evaluations for every element
template <class Loss, shape... In>
gradient_report check_loss_gradients(typename Loss::options const& options, std::vector<loss_input<double>> given,
                                     double weight = 1, double step = 1e-5) {
  using backend = backends::reference;
  loss_outcome<double> const found = evaluate_loss<Loss, backend, double, In...>(options, given, weight);
  std::vector<loss_input<double>> forward_only = given;
  for (loss_input<double>& input : forward_only) input.wants_gradient = false;
  auto const value = [&] { return weight * evaluate_loss<Loss, backend, double, In...>(options, forward_only).loss; };

  std::vector<detail::gradient_comparison> all;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (found.gradient[i].empty()) continue;
    detail::gradient_comparison one{"x" + std::to_string(i), found.gradient[i], {}};
    for (double& place : forward_only[i].values) {
      double const at = place;
      place = at + step;
      double const above = value();
      place = at - step;
      double const below = value();
      place = at;
      one.numeric.push_back((above - below) / (2 * step));
    }
    all.push_back(std::move(one));
  }
  return detail::compare_gradients(all);
}

}  // namespace ssl::testing
