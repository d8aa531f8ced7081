// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/optimizers/optimizer.hpp"

namespace ssl::optimizers {

enum class nesterov { no, yes };

struct sgd_config {
  optimizers::nesterov nesterov = optimizers::nesterov::no;
};

/// Stochastic gradient descent with momentum.
///
/// Formula   g <- g + decay w;  m <- mu m + g;  w <- w - rate m, with Nesterov w <- w - rate (g + mu m)
/// Units     the rate is as given: no scaling by the batch
/// Cost      one slot
/// Source    torch.optim.SGD with dampening 0. Deviation: none (m = 0 at the start gives its first step, m = g)
template <sgd_config Config = sgd_config{}>
struct sgd {
  struct options {
    number learning_rate = 0.1;
    number momentum = 0.9;
    number weight_decay = 0;
    decay_scope decays = decay_scope::all;
    gradient_clip clip{};
    layer_rates layers{};
    PRETEXT_FIELDS(learning_rate, momentum, weight_decay, decays, clip, layers)
  };
  static constexpr int slots = 1;

  template <class T>
  struct update {
    T rate;
    T momentum;
    T decay;

    update(options const& o, index step, parameter_traits p)
        : rate(static_cast<T>(rate_of(o, step, p))),
          momentum(static_cast<T>(o.momentum.at(step))),
          decay(static_cast<T>(decay_of(o, step, p))) {}

    PRETEXT_HD void operator()(T& weight, T gradient, T* slot, index) const {
      T const g = gradient + decay * weight;
      T const m = momentum * slot[0] + g;
      slot[0] = m;
      weight -= rate * (Config.nesterov == nesterov::yes ? g + momentum * m : m);
    }
    friend bool operator==(update const&, update const&) = default;
  };
};

}  // namespace ssl::optimizers
