// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <vector>

#include "ssl/backends/reference/reference.hpp"
#include "ssl/optimizers/fused_update.hpp"

namespace optimizer_test {

using reference = ssl::backends::reference;

inline ssl::block_record block(ssl::index offset, int elements, ssl::parameter_kind kind = ssl::parameter_kind::weight) {
  ssl::block_record b;
  b.offset = offset, b.extents[0] = elements, b.kind = kind;
  return b;
}

/// The flat arrays of a table of blocks on the reference backend.
template <class Optimizer, class T = double>
struct parameters {
  std::vector<ssl::block_record> blocks;
  std::vector<T> weights, gradients, slots, average, scratch;

  parameters(std::vector<ssl::block_record> table, ssl::index elements)
      : blocks(std::move(table)),
        weights(elements),
        gradients(elements),
        slots(elements * Optimizer::slots),
        average(elements),
        scratch(ssl::optimizers::update_scratch(blocks.data(), static_cast<int>(blocks.size()))) {}

  /// `averaged`: elements that the moving average follows.
  void step(typename Optimizer::options const& options, ssl::index step, ssl::index averaged = 0, double momentum = 0) {
    reference::context c;
    ssl::optimizers::fused_update<Optimizer, ssl::environment<reference, T>>(
        c, options, step, blocks.data(), static_cast<int>(blocks.size()),
        {.weights = weights.data(),
         .gradients = gradients.data(),
         .slots = slots.data(),
         .slot_stride = static_cast<ssl::index>(weights.size()),
         .average = averaged > 0 ? average.data() : nullptr,
         .average_length = averaged},
        momentum, scratch.data());
  }
};

/// One parameter under an optimizer.
template <class Optimizer>
struct one_parameter : parameters<Optimizer> {
  explicit one_parameter(double weight, ssl::parameter_kind kind = ssl::parameter_kind::weight)
      : parameters<Optimizer>({block(0, 1, kind)}, ssl::block_elements) {
    this->weights[0] = weight;
  }
  double step(typename Optimizer::options const& options, ssl::index step, double gradient) {
    this->gradients[0] = gradient;
    parameters<Optimizer>::step(options, step);
    return this->weights[0];
  }
};

}  // namespace optimizer_test
