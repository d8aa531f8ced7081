// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <exception>
#include <type_traits>

#include "ssl/training/progress.hpp"

/// \file
/// What watches a training. An observer is any type with one or more of these members, each taking a `progress&` (or a
/// `progress const&`); they are called directly, in the order in which the observers were named:
///
///   begin   before the first step
///   step    after each step
///   epoch   after the last step of an epoch, when all observers have seen that step
///   end     after the last step, and also when the training fails (progress::result says which); not where begin did not return
///
/// What an observer throws ends the training and comes out of `train`.
namespace ssl::training {

template <class O>
concept observer = requires(std::remove_reference_t<O>& o, progress& now) {
  o.begin(now);
}
|| requires(std::remove_reference_t<O>& o, progress& now) { o.step(now); }
|| requires(std::remove_reference_t<O>& o, progress& now) { o.epoch(now); }
|| requires(std::remove_reference_t<O>& o, progress& now) { o.end(now); };

namespace detail {

template <class O>
void tell_begin(O& o, progress& now) {
  if constexpr (requires { o.begin(now); }) o.begin(now);
}
template <class O>
void tell_step(O& o, progress& now) {
  if constexpr (requires { o.step(now); }) o.step(now);
}
template <class O>
void tell_epoch(O& o, progress& now) {
  if constexpr (requires { o.epoch(now); }) o.epoch(now);
}
template <class O>
void tell_end(O& o, progress& now) {
  if constexpr (requires { o.end(now); }) o.end(now);
}

/// Tells the first `begun` observers that it is over, each of them whatever another throws; the first failure, if any.
template <class... O>
std::exception_ptr tell_all_end(int begun, progress& now, O&... observers) {
  std::exception_ptr failure;
  [[maybe_unused]] auto const tell = [&](auto& o) {
    if (begun-- <= 0) return;
    try {
      tell_end(o, now);
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  };
  (tell(observers), ...);
  return failure;
}

}  // namespace detail
}  // namespace ssl::training
