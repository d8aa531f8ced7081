// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/optimizers/optimizer.hpp"
#include "ssl/optimizers/sgd.hpp"

namespace ssl::optimizers {

/// The published codes differ; `form` names which one is meant.
enum class lars_form {
  paper,   ///< trust from |g + decay w|, the rate outside the momentum: MoCo v3, MAE, Barlow Twins, BYOL
  simclr,  ///< the same with the rate inside the momentum, which differs while the rate changes: SimCLR's classic momentum
  simclr_popular,  ///< trust from the norm of the whole step, momentum included: SimCLR's other momentum
  solo,            ///< trust from |g| + decay |w|, which is never smaller than |g + decay w|: solo-learn, Lightning Bolts
  lightly          ///< as solo, but tensors without decay do not adapt at all
};

/// What a trust ratio may be at most.
enum class trust_limit {
  none,
  rate  ///< the ratio over the rate, and at most 1: then `rate` only bounds the step, as solo-learn's clip_lr has it
};

struct lars_config {
  lars_form form = lars_form::paper;
  optimizers::nesterov nesterov = optimizers::nesterov::no;
};

/// SGD with momentum whose rate is scaled for every tensor by the size of its weights over that of its gradient.
///
/// Formula   h = g + decay w;  q = coefficient |w| / |h|;  m <- mu m + q h;  w <- w - rate m
///           with Nesterov   w <- w - rate (q h + mu m)
///           simclr          m <- mu m + rate q h;  w <- w - m, with Nesterov w <- w - (rate q h + mu m)
///           simclr_popular  m <- mu m + h;  u = m, with Nesterov h + mu m;  w <- w - rate q u, q = coefficient |w| / |u|
///           solo, lightly   q = coefficient |w| / (|g| + decay |w| + 1e-8)
///           q = 1 where a norm is 0; solo and lightly then leave out decay too. Outside the scope of decay, q = 1, decay = 0
///           and the rate is multiplied by rate_outside: biases and norms may have a rate of their own
/// Units     the rate is as given: no scaling by the batch
/// Cost      one slot; each tensor's weights and gradients are read once more
/// Source    You et al. 2017, arXiv:1708.03888; moco-v3 (moco/optimizer.py), SimCLR (lars_optimizer.py), solo-learn
///           (solo/utils/lars.py), lightly (lightly/utils/lars.py); a second rate: barlowtwins (main.py). Deviation: scope by kind,
///           where the codes ask for more than one dimension
template <lars_config Config = lars_config{}>
struct lars {
  static constexpr bool raw_norm = Config.form == lars_form::solo || Config.form == lars_form::lightly;
  static constexpr bool popular = Config.form == lars_form::simclr_popular;

  struct options {
    number learning_rate = 0.1;
    number momentum = 0.9;
    number weight_decay = 0;
    decay_scope decays = decay_scope::weights_and_tokens;  ///< also what adapts
    double rate_outside = 1;                               ///< factor of the rate outside this scope; Barlow Twins: 0.024
    double coefficient = Config.form == lars_form::solo ? 0.02 : 1e-3;
    trust_limit limit = Config.form == lars_form::solo ? trust_limit::rate : trust_limit::none;
    gradient_clip clip{};
    layer_rates layers{};
    PRETEXT_FIELDS(learning_rate, momentum, weight_decay, decays, rate_outside, coefficient, limit, clip, layers)
  };
  static constexpr int slots = 1;

  template <class T>
  struct update {
    T rate;
    T momentum;
    T decay;
    T coefficient;
    bool adapts;
    bool limited;

    update(options const& o, index step, parameter_traits p)
        : rate(static_cast<T>(rate_of(o, step, p) * (decays(o.decays, p) ? 1.0 : o.rate_outside))),
          momentum(static_cast<T>(o.momentum.at(step))),
          decay(static_cast<T>(decay_of(o, step, p))),
          coefficient(static_cast<T>(o.coefficient)),
          adapts(decays(o.decays, p) && (Config.form != lars_form::lightly || decay != T(0))),
          limited(o.limit == trust_limit::rate) {}

    PRETEXT_HD T measured(T weight, T gradient, T const* slot, index) const {
      T const h = gradient + decay * weight;
      if constexpr (popular) return stepped(h, momentum * slot[0] + h);
      return raw_norm ? gradient : h;
    }
    PRETEXT_HD T trust(T weight_norm, T measured_norm) const {
      if (!adapts || weight_norm == T(0)) return T(1);
      if (measured_norm == T(0)) return raw_norm ? T(0) : T(1);
      T const ratio = raw_norm ? coefficient * weight_norm / (measured_norm + decay * weight_norm + T(1e-8))
                               : coefficient * weight_norm / measured_norm;
      return limited ? math::min(ratio / rate, T(1)) : ratio;
    }
    PRETEXT_HD void operator()(T& weight, T gradient, T* slot, index, T trust) const {
      T const inside = Config.form == lars_form::simclr ? rate : T(1), outside = Config.form == lars_form::simclr ? T(1) : rate;
      T const h = (popular ? T(1) : trust * inside) * (gradient + decay * weight);
      T const m = momentum * slot[0] + h;
      slot[0] = m;
      weight -= (popular ? trust * outside : outside) * stepped(h, m);
    }
    friend bool operator==(update const&, update const&) = default;

   private:
    PRETEXT_HD T stepped(T h, T m) const { return Config.nesterov == nesterov::yes ? h + momentum * m : m; }
  };
};

}  // namespace ssl::optimizers
