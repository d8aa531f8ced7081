// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/optimizers/optimizer.hpp"

namespace ssl::optimizers {

/// Which tensors LAMB adapts.
enum class lamb_adapts {
  decayed,  ///< those with a weight decay that is not 0: timm
  all       ///< the paper; timm's always_adapt
};

struct lamb_config {
  lamb_adapts adapts = lamb_adapts::decayed;
};

/// Adam whose step is scaled for every tensor to the size of its weights.
///
/// Formula   m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;  k = step + 1
///           u = (m / (1 - beta1^k)) / (sqrt(v / (1 - beta2^k)) + epsilon) + decay w
///           w <- w - rate q u,  q = |w| / |u|, or 1 where a norm is 0 or the tensor does not adapt
/// Units     the rate is as given: no scaling by the batch
/// Cost      two slots; each tensor's weights, gradients and slots are read once more
/// Source    You et al. 2019, arXiv:1904.00962; timm.optim.Lamb, whose clipping of the whole gradient to norm 1 is the default
template <lamb_config Config = lamb_config{}>
struct lamb {
  struct options {
    number learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-6;
    number weight_decay = 1e-2;
    decay_scope decays = decay_scope::weights;
    gradient_clip clip{.norm = 1, .scope = clip_scope::global, .epsilon = 0};
    layer_rates layers{};
    PRETEXT_FIELDS(learning_rate, beta1, beta2, epsilon, weight_decay, decays, clip, layers)
  };
  static constexpr int slots = 2;

  template <class T>
  struct update {
    T rate;
    T mean;  ///< one over the correction of m
    T root;  ///< square root of the correction of v
    T beta1, taken1, beta2, taken2;
    T epsilon;
    T decay;
    bool adapts;

    update(options const& o, index step, parameter_traits p)
        : rate(static_cast<T>(rate_of(o, step, p))),
          mean(static_cast<T>(1 / (1 - std::pow(o.beta1, static_cast<double>(step + 1))))),
          root(static_cast<T>(std::sqrt(1 - std::pow(o.beta2, static_cast<double>(step + 1))))),
          beta1(static_cast<T>(o.beta1)),
          taken1(static_cast<T>(1 - o.beta1)),
          beta2(static_cast<T>(o.beta2)),
          taken2(static_cast<T>(1 - o.beta2)),
          epsilon(static_cast<T>(o.epsilon)),
          decay(static_cast<T>(decay_of(o, step, p))),
          adapts(Config.adapts == lamb_adapts::all || decay != T(0)) {}

    PRETEXT_HD T measured(T weight, T gradient, T const* slot, index slot_stride) const {
      return direction(weight, first(gradient, slot[0]), second(gradient, slot[slot_stride]));
    }
    PRETEXT_HD T trust(T weight_norm, T measured_norm) const {
      bool const moves = adapts && weight_norm > T(0) && measured_norm > T(0);
      return moves ? weight_norm / measured_norm : T(1);
    }
    PRETEXT_HD void operator()(T& weight, T gradient, T* slot, index slot_stride, T trust) const {
      T const m = first(gradient, slot[0]), v = second(gradient, slot[slot_stride]);
      slot[0] = m;
      slot[slot_stride] = v;
      weight -= rate * trust * direction(weight, m, v);
    }
    friend bool operator==(update const&, update const&) = default;

   private:
    PRETEXT_HD T first(T gradient, T m) const { return beta1 * m + taken1 * gradient; }
    PRETEXT_HD T second(T gradient, T v) const { return beta2 * v + taken2 * gradient * gradient; }
    PRETEXT_HD T direction(T weight, T m, T v) const { return mean * m / (math::sqrt(v) / root + epsilon) + decay * weight; }
  };
};

}  // namespace ssl::optimizers
