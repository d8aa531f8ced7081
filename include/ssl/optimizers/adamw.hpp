// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/optimizers/optimizer.hpp"

namespace ssl::optimizers {

/// Where weight decay enters: into the gradient and so into both moments (Adam), or straight into the weight (AdamW).
enum class decay_form { coupled, decoupled };

struct adam_config {
  decay_form decay = decay_form::coupled;
};

/// Adam: steps of about the learning rate, whatever the size of the gradient.
///
/// Formula   m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;  k = step + 1
///           w <- w - rate (m / (1 - beta1^k)) / (sqrt(v / (1 - beta2^k)) + epsilon)
///           before it: coupled g <- g + decay w; decoupled w <- w (1 - rate decay)
/// Units     the rate is as given: no scaling by the batch
/// Cost      two slots
/// Source    torch.optim.Adam and torch.optim.AdamW. Deviation: none
template <adam_config Config = adam_config{}>
struct adam {
  struct options {
    number learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    number weight_decay = Config.decay == decay_form::decoupled ? 1e-2 : 0;
    decay_scope decays = decay_scope::all;
    gradient_clip clip{};
    layer_rates layers{};
    PRETEXT_FIELDS(learning_rate, beta1, beta2, epsilon, weight_decay, decays, clip, layers)
  };
  static constexpr int slots = 2;

  template <class T>
  struct update {
    T rate;  ///< over the correction of m
    T root;  ///< square root of the correction of v
    T beta1, taken1, beta2, taken2;
    T epsilon;
    T decay;  ///< coupled: what is added to g; decoupled: what the weight is multiplied by

    update(options const& o, index step, parameter_traits p)
        : root(static_cast<T>(std::sqrt(1 - std::pow(o.beta2, static_cast<double>(step + 1))))),
          beta1(static_cast<T>(o.beta1)),
          taken1(static_cast<T>(1 - o.beta1)),
          beta2(static_cast<T>(o.beta2)),
          taken2(static_cast<T>(1 - o.beta2)),
          epsilon(static_cast<T>(o.epsilon)) {
      double const learning_rate = rate_of(o, step, p), weight_decay = decay_of(o, step, p);
      rate = static_cast<T>(learning_rate / (1 - std::pow(o.beta1, static_cast<double>(step + 1))));
      decay = static_cast<T>(Config.decay == decay_form::decoupled ? 1 - learning_rate * weight_decay : weight_decay);
    }

    PRETEXT_HD void operator()(T& weight, T gradient, T* slot, index slot_stride) const {
      T const w = Config.decay == decay_form::decoupled ? weight * decay : weight;
      T const g = Config.decay == decay_form::decoupled ? gradient : gradient + decay * weight;
      T const m = beta1 * slot[0] + taken1 * g;
      T const v = beta2 * slot[slot_stride] + taken2 * g * g;
      slot[0] = m;
      slot[slot_stride] = v;
      weight = w - rate * m / (math::sqrt(v) / root + epsilon);
    }
    friend bool operator==(update const&, update const&) = default;
  };
};

/// Adam with decoupled weight decay: Loshchilov & Hutter 2019, arXiv:1711.05101.
using adamw = adam<adam_config{.decay = decay_form::decoupled}>;

}  // namespace ssl::optimizers
