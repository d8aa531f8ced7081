// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"
#include "ssl/core/schedule.hpp"
#include "ssl/core/type_list.hpp"
#include "ssl/graph/graph.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/losses/loss.hpp"

/// \file
/// Policy 3: what the views must satisfy. An objective is one header that owns the graph of its step, the networks besides the
/// encoder, the losses, the states and their rules, and options that name their fields (PRETEXT_FIELDS); it derives from
/// `objective_defaults` and redeclares what differs.
namespace ssl {

/// The tag of a loss term in `loss_options` and `loss_weight`.
template <fixed_string Name>
struct term {};

enum class state_init { zeros, unit_rows };

/// When a rule gives a state its next value. A step of several micro-batches does so with each of them.
struct update_time {
  index step = 0;   ///< of the optimizer: where schedules are
  index batch = 0;  ///< batches that the state has taken before: where a queue is
  constexpr operator index() const { return step; }
};

/// A persistent block of an objective: a queue of keys, a centre.
template <shape Extents, state_init Init = state_init::zeros>
struct state_block {
  static constexpr shape extents = Extents;
  static constexpr state_init init = Init;
};

/// Every property that the pipeline asks of an objective, with its default. Six more are functions that an objective adds where it
/// wants them; Term is the tag of a loss, numbers are evaluated at the step:
///
///   static Loss::options loss_options(options const&, index step, term<"name">)    else the loss's defaults
///   static double loss_weight(options const&, index step, term<"name">)            else 1
///   static double average_momentum(options const&, index step)                     wanted where the graph has an average (E307)
///   static bool frozen(options const&, index step, label role)                     does the role stand still in this step?
///   static double rate_factor(options const&, int phase)                           of the learning rate in a phase; else 1
///   template <class Encoder> static constexpr bool accepts_encoder(shape image)    can it use this encoder (E135)? else yes
struct objective_defaults {
  struct options {};
  using networks = type_list<>;  ///< named<"projector", Layer>, ...; "encoder" is the run's
  using losses = type_list<>;    ///< named<"nt_xent", Loss>, ...
  using states = type_list<>;    ///< named<"queue", state_block<...>>, ...
  using rules = type_list<>;  ///< named<"enqueue", Rule>, ...: Rule::run<Env, State, In>(context, options, update_time, state, x)

  /// Which weights of the encoder are the result: false the trained ones, true their moving average.
  static constexpr bool exports_average = false;
  /// Does the augmentation make the views that the graph asks for?
  static constexpr bool accepts(augmentations::view_layout const&) { return true; }
};

/// Form only.
template <class O>
concept objective = requires {
  typename O::options;
  typename O::networks;
  typename O::losses;
  typename O::states;
  typename O::rules;
  {O::graph.nodes};
};

}  // namespace ssl
