// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "ssl/core/fields.hpp"
#include "ssl/core/shape.hpp"

namespace ssl {

/// Base of a run in its named form: derive, name the five policies, the image and the batch.
struct run_defaults {
  using scalar = float;
  /// The encoder sees the batch in so many equal parts, one after the other, forward and backward; losses and heads see it whole.
  /// The gradients are those of the whole batch, since the encoder runs forward again for each part on the way back; its memory is
  /// that of a part.
  static constexpr int chunks = 1;
};

/// The positional form; both forms are read in the same way, so they share one implementation.
template <class Encoder, class Augmentation, class Objective, class Optimizer, class Backend, shape Image, int Batch, class Scalar = float>
struct compose {
  using encoder = Encoder;
  using augmentation = Augmentation;
  using objective = Objective;
  using optimizer = Optimizer;
  using backend = Backend;
  using scalar = Scalar;
  static constexpr shape image = Image;
  static constexpr int batch = Batch;
};

template <class Run>
constexpr int chunks_of() {
  if constexpr (requires { typename std::integral_constant<int, Run::chunks>; })
    return Run::chunks;
  else
    return run_defaults::chunks;
}

/// A policy without numbers.
struct no_options {};

namespace detail {
template <class Run>
using encoder_in = typename Run::encoder;
template <class Run>
using augmentation_in = typename Run::augmentation;
template <class Run>
using objective_in = typename Run::objective;
template <class Run>
using optimizer_in = typename Run::optimizer;
template <class Run>
using backend_in = typename Run::backend;

template <template <class> class Policy, class Run>
consteval auto options_type() {
  if constexpr (requires { typename Policy<Run>::options; })
    return std::type_identity<typename Policy<Run>::options>{};
  else
    return std::type_identity<no_options>{};
}
}  // namespace detail

/// The numbers of one policy of a run; `no_options` where it has none, or where a wrong run does not name it.
template <template <class> class Policy, class Run>
using options_of = typename decltype(detail::options_type<Policy, Run>())::type;

/// The numbers of a run, one aggregate per policy, and the seed of everything random.
template <class Run>
struct run_options {
  [[no_unique_address]] options_of<detail::encoder_in, Run> encoder{};
  options_of<detail::augmentation_in, Run> augmentation{};
  options_of<detail::objective_in, Run> objective{};
  options_of<detail::optimizer_in, Run> optimizer{};
  [[no_unique_address]] options_of<detail::backend_in, Run> backend{};
  std::uint64_t seed = 1;
  PRETEXT_FIELDS(encoder, augmentation, objective, optimizer, backend, seed)
};

}  // namespace ssl
