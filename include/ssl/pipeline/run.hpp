// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "ssl/core/shape.hpp"

namespace ssl {

/// Base of a run in its named form: derive, name the five policies, the image and the batch.
struct run_defaults {
  using scalar = float;
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

/// A policy without numbers.
struct no_options {};

namespace detail {
template <class Policy>
consteval auto options_of() {
  if constexpr (requires { typename Policy::options; })
    return std::type_identity<typename Policy::options>{};
  else
    return std::type_identity<no_options>{};
}
}  // namespace detail

template <class Policy>
using options_of = typename decltype(detail::options_of<Policy>())::type;

/// The numbers of a run, one aggregate per policy, and the seed of everything random.
template <class Run>
struct run_options {
  [[no_unique_address]] options_of<typename Run::encoder> encoder{};
  options_of<typename Run::augmentation> augmentation{};
  options_of<typename Run::objective> objective{};
  options_of<typename Run::optimizer> optimizer{};
  [[no_unique_address]] options_of<typename Run::backend> backend{};
  std::uint64_t seed = 1;
};

}  // namespace ssl
