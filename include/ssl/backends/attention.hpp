// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/shape.hpp"

namespace ssl::backends {

/// Extents of the core of one multi-head attention. A row of qkv holds query, key and value of one token, each (heads, head_width).
///
/// A backend may offer a tuned form; the layer then uses it instead of products and cells:
///   attention_saved<T>(g), attention_workspace_forward<T>(g), attention_workspace_backward<T>(g)   constexpr, elements
///   attention_forward(context, g, qkv, y, saved, workspace)           saved may be null: no backward pass follows
///   attention_backward(context, g, qkv, y, gy, saved, gqkv, workspace)   writes gqkv
struct attention {
  int n = 0, tokens = 0, heads = 0, head_width = 0;

  constexpr index width() const { return index{heads} * head_width; }
  constexpr index row() const { return 3 * width(); }                            ///< elements of one token's query, key and value
  constexpr index probabilities() const { return index{heads} * tokens * tokens; }  ///< of one image
};

}  // namespace ssl::backends
