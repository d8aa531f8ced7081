// SPDX-License-Identifier: Apache-2.0
//
// One step over a million parameters.
#include "matrix.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/optimizers/fused_update.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/testing/network.hpp"

namespace {

using namespace ssl::optimizers;
using ssl::index;

constexpr int parameters = 1 << 20;

/// The pass reads weights, gradients and slots, and writes them; the average that follows is read and written in the same pass.
template <ssl::fixed_string Name, class Optimizer, bool Averaged = false>
struct step_case {
  static constexpr char const* name = Name.text;

  template <class Backend, class T>
  struct bound {
    using array = ssl::testing::guarded_array<Backend, T>;
    explicit bound(typename Backend::context& c)
        : context(c),
          weights(c, parameters),
          gradients(c, parameters),
          slots(c, index{parameters} * Optimizer::slots),
          average(c, parameters),
          scratch(c, 16) {
      weights.write(0, ssl::testing::random_values<T>(parameters, 1, 1));
      gradients.write(0, ssl::testing::random_values<T>(parameters, 1, 2));
      block.extents[0] = parameters;
    }
    void run() {
      fused_update<Optimizer, ssl::environment<Backend, T>>(context, {}, 0, &block, 1,
                                                            {.weights = weights.data(),
                                                             .gradients = gradients.data(),
                                                             .slots = slots.data(),
                                                             .slot_stride = parameters,
                                                             .average = Averaged ? average.data() : nullptr,
                                                             .average_length = Averaged ? parameters : 0},
                                                            0.99, scratch.data());
    }
    typename Backend::context& context;
    array weights, gradients, slots, average, scratch;
    ssl::block_record block;
    static constexpr bench::work work{.bytes = 2.0 * (2 + Optimizer::slots + (Averaged ? 1 : 0)) * parameters * sizeof(T)};
  };
};

struct average_case {
  static constexpr char const* name = "moving average";
  template <class Backend, class T>
  struct bound {
    explicit bound(typename Backend::context& c) : context(c), weights(c, parameters), average(c, parameters) {}
    void run() { moving_average<ssl::environment<Backend, T>>(context, weights.data(), average.data(), parameters, 0.99); }
    typename Backend::context& context;
    ssl::testing::guarded_array<Backend, T> weights, average;
    static constexpr bench::work work{.bytes = 3.0 * parameters * sizeof(T)};
  };
};

[[maybe_unused]] auto const added = bench::add<step_case<"sgd", sgd<>>, step_case<"sgd with a moving average", sgd<>, true>,
                                               step_case<"adamw", adamw>, average_case>();

}  // namespace
