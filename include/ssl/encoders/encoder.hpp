// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"

/// \file
/// Policy 1: what turns an image into features. An encoder is a layer, most often a named `sequential`: see layers/layer.hpp for
/// what a layer answers, and layers/compose/sequential.hpp for how layers are joined.
namespace ssl {

/// Form only.
template <class E>
concept encoder = layer<E>;

}  // namespace ssl
