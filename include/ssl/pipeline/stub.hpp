// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ssl/augmentations/normalise.hpp"
#include "ssl/core/block_list.hpp"
#include "ssl/core/image.hpp"
#include "ssl/pipeline/arrays.hpp"
#include "ssl/pipeline/run.hpp"

/// \file
/// What takes the place of a wrong composition. It has every public member of the true one and the same constructor, so that a
/// user's next lines add no error to the sentence. Nothing is defined: a program with a sentence is never linked.
namespace ssl {

template <class Run, bool Composes>
class pipeline_impl;

namespace detail {

/// Whatever is given as a context.
struct any_context {
  template <class T>
  constexpr any_context(T&&) {}
};

template <class Run>
consteval auto context_type() {
  if constexpr (requires { typename Run::backend::context; })
    return std::type_identity<typename Run::backend::context>{};
  else
    return std::type_identity<any_context>{};
}
template <class Run>
consteval auto scalar_type() {
  if constexpr (requires { static_cast<float>(typename Run::scalar(1)); })
    return std::type_identity<typename Run::scalar>{};
  else
    return std::type_identity<float>{};
}

}  // namespace detail

template <class Run>
class pipeline_impl<Run, false> {
 public:
  using run = Run;
  using scalar = typename decltype(detail::scalar_type<Run>())::type;
  using context_type = typename decltype(detail::context_type<Run>())::type;

  explicit pipeline_impl(detail::any_context, run_options<Run> const& = {});
  pipeline_impl(pipeline_impl const&) = delete;
  pipeline_impl& operator=(pipeline_impl const&) = delete;

  template <class... A>
  double step(A&&...);
  template <class... A>
  double forward_backward(A&&...);
  template <class... A>
  std::vector<scalar> tap(A&&...);
  std::vector<loss_term> terms() const;
  index steps() const;
  void set_steps(index);
  run_options<Run>& options();
  run_options<Run> const& options() const;
  context_type& context();
  static index elements(array);
  void read(array, scalar*);
  void write(array, scalar const*);
  encoder_weights<scalar> exported();
};

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
class frozen_encoder;

/// Takes the place of a frozen encoder that does not work.
class frozen_stub {
 public:
  using encoder = void;
  using backend = void;
  using scalar = float;
  using context_type = detail::any_context;
  static constexpr shape image{}, output{};
  static constexpr int batch = 1;
  static constexpr index width = 1;

  explicit frozen_stub(detail::any_context, std::uint64_t = 1);
  frozen_stub(detail::any_context, std::string const&);
  frozen_stub(frozen_stub const&) = delete;
  frozen_stub& operator=(frozen_stub const&) = delete;

  template <class T>
  void features(image_view const*, int, T*);
  std::vector<scalar> tap(image_view const*, int, std::string const&, shape* = nullptr);
  void calibrate(image_view const*, int);
  augmentations::channel_statistics& statistics();
  augmentations::channel_statistics const& statistics() const;
  static std::vector<block_info> blocks(block_set);
  encoder_weights<scalar> weights() const;
  template <class T>
  void set_weights(encoder_weights<T> const&);
};

}  // namespace ssl
