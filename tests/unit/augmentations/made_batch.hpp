// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "ssl/augmentations/concepts.hpp"

/// The arrays of a batch for whatever has a layout: an augmentation policy or a task. Views begin as NaN, integers as -1.
template <class Made>
struct made_batch {
  ssl::augmentations::view_layout layout;
  std::vector<float> views[4];
  std::vector<std::int32_t> labels[4], masks[4];
  ssl::augmentations::sample_output out;
  ssl::augmentations::scratch memory;

  made_batch(ssl::shape image, int batch) : layout(Made::layout(image)) {
    out.batch = batch;
    for (int g = 0; g < layout.groups; ++g) {
      views[g].assign(static_cast<std::size_t>(layout.group[g].views * batch * layout.group[g].size.elements()), NAN);
      out.views[g] = views[g].data();
    }
    for (int w = 0; w < layout.label_wires; ++w) {
      labels[w].assign(static_cast<std::size_t>(layout.labels[w] * batch), -1);
      out.labels[w] = labels[w].data();
    }
    for (int w = 0; w < layout.mask_wires; ++w) {
      masks[w].assign(static_cast<std::size_t>(layout.mask[w].views * batch * layout.mask[w].size.elements()), -1);
      out.masks[w] = masks[w].data();
    }
  }
  made_batch(made_batch const&) = delete;
  made_batch& operator=(made_batch const&) = delete;

  /// Whether every place has been written.
  bool complete() const {
    bool all = true;
    for (auto const& group : views)
      for (float v : group) all = all && !std::isnan(v);
    for (auto const* wires : {labels, masks})
      for (int w = 0; w < 4; ++w)
        for (std::int32_t v : wires[w]) all = all && v >= 0;
    return all;
  }
};
