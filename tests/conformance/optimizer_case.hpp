// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conformance/agreement.hpp"
#include "ssl/testing/network.hpp"
#include "ssl/optimizers/fused_update.hpp"

/// \file
/// A few steps of an optimizer on a table of blocks.
namespace conformance {

using namespace ssl::optimizers;
using ssl::block_record;
using ssl::parameter_kind;

/// A table as networks have it: single blocks of awkward sizes around a repeat; the last two blocks have no average.
struct table {
  static constexpr int count = 7;
  block_record block[count];
  ssl::index elements = 0, averaged = 0;

  table() {
    constexpr int sizes[count] = {33, 1, 997, 31, 2, 4099, 32};
    constexpr parameter_kind kinds[count] = {parameter_kind::weight,     parameter_kind::token,      parameter_kind::weight,
                                             parameter_kind::norm_scale, parameter_kind::norm_shift, parameter_kind::weight,
                                             parameter_kind::bias};
    constexpr int iterations = 3;
    ssl::index stride = 0;
    for (int i = 2; i < 5; ++i) stride += ssl::round_up(sizes[i], ssl::block_elements);
    for (int i = 0; i < count; ++i) {
      block_record& b = block[i];
      b.offset = elements, b.extents[0] = sizes[i], b.kind = kinds[i];
      elements += ssl::round_up(sizes[i], ssl::block_elements);
      b.layer = i < 2 ? 0 : i < 5 ? 1 : iterations + 1, b.layers_above = iterations + 1 - b.layer;
      if (i >= 2 && i < 5) b.times = iterations, b.stride = stride, b.layers_per_iteration = 1;
      if (i == 4) elements += (iterations - 1) * stride, averaged = elements;
    }
  }
};

template <ssl::fixed_string Name, class Optimizer, clip_scope Clip, decay_scope Decay>
struct optimizer_case {
  static constexpr char const* name = Name.text;

  template <class Backend, class T>
  static outcome run(std::uint64_t seed) {
    using array = ssl::testing::guarded_array<Backend, T>;
    table const t;
    typename Backend::context c{};
    array weights(c, t.elements), gradients(c, t.elements), slots(c, t.elements * Optimizer::slots), average(c, t.averaged),
        scratch(c, update_scratch(t.block, table::count));
    auto const drawn = [&](std::uint32_t stream, ssl::index elements) {
      return padded(t, ssl::testing::random_values<T>(elements, seed, stream));
    };
    weights.write(0, drawn(1, t.elements));
    average.write(0, drawn(2, t.averaged));
    typename Optimizer::options o{.learning_rate = 0.1, .weight_decay = 0.05, .layers = {.decay = 0.75}};
    o.decays = Decay, o.clip = {.norm = 3, .scope = Clip};
    for (ssl::index step = 0; step < 3; ++step) {
      gradients.write(0, drawn(10 + static_cast<std::uint32_t>(step), t.elements));
      fused_update<Optimizer, ssl::environment<Backend, T>>(c, o, step, t.block, table::count,
                                                            {.weights = weights.data(),
                                                             .gradients = gradients.data(),
                                                             .slots = slots.data(),
                                                             .slot_stride = t.elements,
                                                             .average = average.data(),
                                                             .average_length = t.averaged},
                                                            0.9, scratch.data());
    }
    moving_average<ssl::environment<Backend, T>>(c, weights.data(), average.data(), t.averaged, 0.5);
    REQUIRE(gradients.read(0, t.elements) == std::vector<T>(static_cast<std::size_t>(t.elements)));
    for (array* a : {&weights, &gradients, &slots, &average, &scratch}) REQUIRE(a->margins_are_whole());
    auto const wide = [](std::vector<T> const& v) { return std::vector<double>(v.begin(), v.end()); };
    return {{"weights", wide(weights.read(0, t.elements))},
            {"slots", wide(slots.read(0, t.elements * Optimizer::slots))},
            {"average", wide(average.read(0, t.averaged))}};
  }

 private:
  /// Between blocks the flat arrays hold zeros.
  template <class T>
  static std::vector<T> padded(table const& t, std::vector<T> const& drawn) {
    std::vector<T> values(drawn.size());
    for (block_record const& b : t.block)
      for (int i = 0; i < b.times; ++i)
        for (ssl::index j = 0; j < b.elements(); ++j) {
          std::size_t const at = static_cast<std::size_t>(b.offset + i * b.stride + j);
          if (at < values.size()) values[at] = drawn[at];
        }
    return values;
  }
};

template <class... Cases>
void expect_optimizers_agree() {
  expect_agreement<Cases...>(13);
}

}  // namespace conformance
