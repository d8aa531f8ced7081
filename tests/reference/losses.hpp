// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/on_every_backend.hpp"
#include "reference/suite.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/losses/dcl.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/testing/loss_check.hpp"

/// \file
/// Losses against a file: the value and the gradients of all inputs.
namespace reference_suite {

using namespace ssl::losses;
using ssl::shape;
using ssl::testing::evaluate_loss;
using ssl::testing::loss_input;

struct loss_names {
  std::string suffix = "";  ///< after loss, grad_z1 and grad_z2
  double weight = 1;        ///< how many times our loss the stored value is
};

/// Tensors of the file, one after the other.
template <class T>
std::vector<T> stacked(reference_case const& c, std::vector<std::string> const& names) {
  std::vector<T> all;
  for (std::string const& name : names) {
    std::vector<T> const one = c.stored<T>(name);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

/// Equal parts of what was found against those tensors that the file has.
template <class T>
void expect_parts(reference_case const& c, std::vector<std::string> const& names, std::vector<T> const& found) {
  auto const length = static_cast<std::ptrdiff_t>(found.size() / names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    if (auto const first = found.begin() + static_cast<std::ptrdiff_t>(i) * length; c.has(names[i]))
      expect_near(names[i], std::vector<T>(first, first + length), c.stored<double>(names[i]), c.limit<T>());
}

/// A loss of two views, which the file has one by one and the loss takes stacked.
template <class Loss, shape In>
void two_views(reference_case const& c, typename Loss::options const& options, loss_names const& names = {}) {
  on_every_backend([&]<class Backend, class T>() {
    auto const found = evaluate_loss<Loss, Backend, T, In>(options, {{stacked<T>(c, {"z1", "z2"})}}, names.weight);
    expect_near("loss" + names.suffix, names.weight * found.loss, c.number("loss" + names.suffix), c.limit<T>());
    expect_parts(c, {"grad_z1" + names.suffix, "grad_z2" + names.suffix}, found.gradient[0]);
  });
}

/// The loss of a single row is the negative cosine of that row.
template <int Width>
void cosine_of_rows(reference_case const& c) {
  constexpr shape row{.c = Width};
  std::size_t const rows = c.stored<double>("cosine").size();
  on_every_backend([&]<class Backend, class T>() {
    std::vector<T> const a = c.stored<T>("a"), b = c.stored<T>("b");
    std::vector<double> found;
    for (std::size_t r = 0; r < rows; ++r) {
      auto const row_of = [r](std::vector<T> const& v) { return std::vector<T>(&v[r * Width], &v[r * Width] + Width); };
      found.push_back(-static_cast<double>(evaluate_loss<cosine<>, Backend, T, row, row>({}, {row_of(a), row_of(b)}).loss));
    }
    for (char const* const name : {"cosine", "cosine_closed_form"})
      expect_near(name, found, c.stored<double>(name), c.limit<T>());
  });
}

template <shape Logits>
void cross_entropy(reference_case const& c, double label_smoothing) {
  using hard = softmax_cross_entropy<>;
  using soft = softmax_cross_entropy<softmax_cross_entropy_config{.targets = target_form::probabilities}>;
  constexpr shape labels = Logits.with_channels(1);
  on_every_backend([&]<class Backend, class T>() {
    auto const compare = [&](std::string const& suffix, auto const& found) {
      expect_near("loss" + suffix, found.loss, c.number("loss" + suffix), c.limit<T>());
      expect_near("grad" + suffix, found.gradient[0], c.stored<double>("grad" + suffix), c.limit<T>());
    };
    loss_input<T> const x = c.stored<T>("logits"), classes = loss_input<T>::labels(c.stored<std::int32_t>("labels"));
    compare("", evaluate_loss<hard, Backend, T, Logits, labels>({}, {x, classes}));
    compare("_smoothed", evaluate_loss<hard, Backend, T, Logits, labels>({.label_smoothing = label_smoothing}, {x, classes}));
    compare("_soft",
            evaluate_loss<soft, Backend, T, Logits, Logits>({}, {x, loss_input<T>::target(c.stored<T>("soft_targets"))}));
  });
}

/// Equal logits: the logarithm of the number of classes.
template <int Classes>
void uniform_logits(reference_case const& c) {
  constexpr shape logits{.n = 2, .c = Classes};
  std::string const name = "uniform_k" + std::to_string(Classes);
  on_every_backend([&]<class Backend, class T>() {
    std::vector<T> const equal(static_cast<std::size_t>(logits.elements()), T(1));
    auto const found = evaluate_loss<softmax_cross_entropy<>, Backend, T, logits, logits.with_channels(1)>(
        {}, {loss_input<T>::target(equal), loss_input<T>::labels({0, Classes - 1})});
    expect_near(name, found.loss, c.number(name), c.limit<T>());
  });
}

/// The logarithms of probabilities are cross-entropies with every class in turn, and their gradients add up to the gradient of x.
template <int Classes>
void log_softmax(reference_case const& c) {
  constexpr shape row{.c = Classes};
  std::size_t const rows = c.stored<double>("logsumexp").size();
  on_every_backend([&]<class Backend, class T>() {
    std::vector<T> const x = c.stored<T>("x"), gy = c.stored<T>("grad_y");
    std::vector<T> y, gx(x.size()), log_sum;
    for (std::size_t r = 0; r < rows; ++r) {
      std::vector<T> const logits(&x[r * Classes], &x[r * Classes] + Classes);
      for (int k = 0; k < Classes; ++k) {
        auto const found = evaluate_loss<softmax_cross_entropy<>, Backend, T, row, row.with_channels(1)>(
            {}, {logits, loss_input<T>::labels({k})});
        y.push_back(-found.loss);
        for (int i = 0; i < Classes; ++i) gx[r * Classes + i] -= gy[r * Classes + k] * found.gradient[0][i];
        if (k == 0) log_sum.push_back(found.loss + logits[0]);
      }
    }
    expect_near("log_softmax.y", y, c.stored<double>("log_softmax.y"), c.limit<T>());
    expect_near("log_softmax.grad_x", gx, c.stored<double>("log_softmax.grad_x"), c.limit<T>());
    expect_near("logsumexp", log_sum, c.stored<double>("logsumexp"), c.limit<T>());
  });
}

}  // namespace reference_suite
