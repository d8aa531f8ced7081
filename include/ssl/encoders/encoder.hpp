// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"

/// \file
/// Policy 1: what turns an image into features. An encoder is a layer, most often a named `sequential`: see layers/layer.hpp for
/// what a layer answers, and layers/compose/sequential.hpp for how layers are joined.
///
/// One that ends by pooling over the places says what it makes before, with the same parameters: `using feature_map = ...`. Objectives
/// that predict pixels work on that map; who evaluates or ships the encoder gets the pooled features all the same.
namespace ssl {

/// Form only.
template <class E>
concept encoder = layer<E>;

namespace detail {
template <class E>
struct feature_map {
  using type = E;
};
template <class E>
requires requires { typename E::feature_map; }
struct feature_map<E> {
  using type = typename E::feature_map;
};
}  // namespace detail

/// What an encoder makes before it pools; the encoder itself where it says nothing.
template <class E>
using feature_map_of = typename detail::feature_map<E>::type;

}  // namespace ssl
