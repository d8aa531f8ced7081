// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <concepts>

#include "ssl/core/fields.hpp"
#include "ssl/core/parameter.hpp"
#include "ssl/core/schedule.hpp"

/// \file
/// Policy 4: how parameters move. An optimizer is the change of one number; `fused_update` applies it to all of them in one pass.
///
///   struct options                                   numbers; a member `clip` of type gradient_clip clips gradients before the update;
///                                                    frozen blocks are updated with a member `learning_rate` of 0
///   static constexpr int slots                       numbers that it remembers for every parameter; all 0 at the start
///   template <class T> struct update {
///     update(options const&, index step, parameter_traits);        the first step is 0
///     void operator()(T& weight, T gradient, T* slot, index slot_stride) const;   PRETEXT_HD; slot k is slot[k * slot_stride]
///     operator==                                                   equal updates are merged into one pass
///   };
///
/// One that adapts to the size of whole tensors (LARS, LAMB) has two more members in `update`, and its operator() takes the factor
/// that `trust` gave for the tensor as a fifth argument:
///
///     T measured(T weight, T gradient, T const* slot, index slot_stride) const;   PRETEXT_HD; the number whose norm is taken
///     T trust(T weight_norm, T measured_norm) const;                              PRETEXT_HD; Euclidean norms over the tensor
namespace ssl {

namespace optimizers {

/// Which parameters weight decay acts on.
enum class decay_scope {
  all,                ///< MoCo v1 and v2, SimSiam, plain PyTorch
  weights,            ///< no biases, scales and shifts of norms, tokens, positions: MoCo v3, MAE, timm
  weights_and_tokens  ///< no biases, scales and shifts of norms: DINO, DINOv2
};

constexpr bool decays(decay_scope scope, parameter_kind kind) {
  bool const token = kind == parameter_kind::token || kind == parameter_kind::position;
  return scope == decay_scope::all || kind == parameter_kind::weight || (scope == decay_scope::weights_and_tokens && token);
}

enum class clip_scope {
  none,
  global,     ///< one norm over all parameters of the update: torch.nn.utils.clip_grad_norm_, DINOv2
  per_tensor  ///< the norm of each tensor by itself: DINO
};

/// Gradients are multiplied by min(1, norm / (their norm + epsilon)).
struct gradient_clip {
  number norm = 1;
  clip_scope scope = clip_scope::none;
  double epsilon = 1e-6;
  PRETEXT_FIELDS(norm, scope, epsilon)
};

/// Learning rates that fall from the heads down to the input, for fine-tuning.
///
/// Formula  rate * decay^(layers above), times `embedding` for the weights that embed the input (the patch projection, a stem), times
///          `encoder` for all of the encoder: 0 trains the heads alone
/// Source   BEiT; MAE: util/lr_decay.py; DINOv2: utils/param_groups.py with its embedding at 0.2. What a layer is: parameter_traits
struct layer_rates {
  double decay = 1;
  double embedding = 1;
  double encoder = 1;
  PRETEXT_FIELDS(decay, embedding, encoder)

  double at(parameter_traits p) const {
    bool const embeds = p.layer == 0 && p.kind != parameter_kind::token && p.kind != parameter_kind::position;
    return std::pow(decay, p.layers_above) * (embeds ? embedding : 1.0) * (p.encoder ? encoder : 1.0);
  }
};

/// The learning rate and the weight decay of a block, by the members that the options here have in common.
template <class Options>
double rate_of(Options const& o, index step, parameter_traits p) {
  return o.learning_rate.at(step) * o.layers.at(p);
}
template <class Options>
double decay_of(Options const& o, index step, parameter_traits p) {
  return decays(o.decays, p) ? o.weight_decay.at(step) : 0.0;
}

}  // namespace optimizers

/// Form only.
template <class O>
concept optimizer = requires(typename O::options const& o, typename O::template update<float> const& move, float& weight, float* slot) {
  { O::slots } -> std::convertible_to<int>;
  { typename O::template update<float>(o, index{}, parameter_traits{}) } -> std::equality_comparable;
  requires requires { move(weight, 0.0f, slot, index{}); } || requires { move(weight, 0.0f, slot, index{}, move.trust(0.0f, 0.0f)); };
};

}  // namespace ssl
