// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/compose/sequential.hpp"

namespace ssl::layers {

/// Every image as one row. The same numbers under another shape: no operation, no memory.
///
/// Shapes    x: (N, H, W, C) -> y: (N, 1, 1, H W C)
/// Source    torch.nn.Flatten. Deviation: channels vary fastest here, so weights that follow a flatten of more than one pixel
///           have another column order than in PyTorch (C, H, W), in memory and in files
struct flatten : identity {
  static constexpr shape output(shape in) { return {in.n, 1, 1, static_cast<int>(in.tokens()) * in.c}; }
  template <class Env>
  static constexpr value record(recorder&, value v) {
    v.extents = output(v.extents);
    return v;
  }
};

}  // namespace ssl::layers
