// SPDX-License-Identifier: Apache-2.0
//
// One optimizer step over the parameters of SimCLR with a ResNet-18. They lie in one array here, with the gaps of no importance,
// and are treated alike, so that the step is one pass whatever the number of tensors. The pass also sets the gradients to zero.
#include <memory>
#include <ssl/cpu.hpp>
#include <ssl/ssl.hpp>

#include "agreement.hpp"
#include "peer_case.hpp"

namespace peer {
namespace {

using ssl::index;
using ssl::backends::cpu;
using env = ssl::environment<cpu, float>;

constexpr int parameters = 11'497'664;  // encoder 11 168 832, head 512 x 512 + 2 x 512 + 512 x 128 + 128

/// An array where a pipeline would have it.
class flat_array {
 public:
  flat_array(cpu::context& c, index elements, std::uint32_t stream)
      : context_(c), values_(static_cast<float*>(cpu::allocate(c, elements * index{sizeof(float)}))) {
    auto const drawn = stream > 0 ? random_floats(elements, stream) : std::vector<float>(static_cast<std::size_t>(elements));
    std::copy(drawn.begin(), drawn.end(), values_);
  }
  flat_array(flat_array const&) = delete;
  flat_array& operator=(flat_array const&) = delete;
  ~flat_array() { cpu::release(context_, values_); }
  float* data() const { return values_; }

 private:
  cpu::context& context_;
  float* values_;
};

/// f(place) for places spread over all parameters.
template <class F>
void at_some_places(F const& f) {
  for (index i = 0; i < 1000; ++i) f(i * 11'497 % parameters);
}

/// expected(weight, gradient): a weight after the first step.
template <class Optimizer>
work optimizer_step(settings const& s, typename Optimizer::options const& options, double bytes,
                    double (*expected)(double, double)) {
  struct state {
    explicit state(int threads) : context({.threads = threads}) {}
    cpu::context context;
    flat_array weights{context, parameters, 1}, gradients{context, parameters, 2},
        slots{context, index{parameters} * Optimizer::slots, 0};
    std::vector<double> first_result;
    index step = 0;
  };
  if (!s.impl.empty() && s.impl != "fused" && s.impl != "flat") return skip("one implementation: fused");
  auto const b = std::make_shared<state>(s.threads);
  at_some_places([&](index i) {
    b->first_result.push_back(expected(static_cast<double>(b->weights.data()[i]), static_cast<double>(b->gradients.data()[i])));
  });
  auto const step = [b, options] {
    ssl::block_record block;
    block.extents[0] = parameters;
    float scratch[4];
    ssl::optimizers::fused_update<Optimizer, env>(
        b->context, options, b->step++, &block, 1,
        {.weights = b->weights.data(), .gradients = b->gradients.data(), .slots = b->slots.data(), .slot_stride = parameters}, 0,
        scratch);
  };
  auto const check = [b] {
    auto next = b->first_result.begin();
    at_some_places([&](index i) { expect_close("a weight", static_cast<double>(b->weights.data()[i]), *next++, 1); });
  };
  return {.step = step, .agree = {}, .check = check, .items = parameters, .unit = "parameters", .bytes = bytes * parameters};
}

}  // namespace

work adamw_11m(settings const& s) {
  return optimizer_step<ssl::optimizers::adamw>(s, {.learning_rate = 1e-3, .weight_decay = 0.05}, 28, [](double w, double g) {
    return w * (1 - 1e-3 * 0.05) - 1e-3 * g / (std::abs(g) + 1e-8);
  });
}

work sgd_11m(settings const& s) {
  return optimizer_step<ssl::optimizers::sgd<>>(s, {.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 5e-4}, 20,
                                                [](double w, double g) { return w - 0.1 * (g + 5e-4 * w); });
}

work ema_11m(settings const& s) {
  struct state {
    explicit state(int threads) : context({.threads = threads}) {}
    cpu::context context;
    flat_array weights{context, parameters, 1}, average{context, parameters, 2};
    std::vector<double> first_result;
  };
  if (!s.impl.empty() && s.impl != "fused") return skip("one implementation: fused");
  auto const b = std::make_shared<state>(s.threads);
  at_some_places([&](index i) {
    b->first_result.push_back(0.99 * static_cast<double>(b->average.data()[i]) +
                              0.01 * static_cast<double>(b->weights.data()[i]));
  });
  auto const step = [b] {
    ssl::optimizers::moving_average<env>(b->context, b->weights.data(), b->average.data(), parameters, 0.99);
  };
  auto const check = [b] {
    auto next = b->first_result.begin();
    at_some_places([&](index i) { expect_close("an average", static_cast<double>(b->average.data()[i]), *next++, 1); });
  };
  return {.step = step, .agree = {}, .check = check, .items = parameters, .unit = "parameters", .bytes = 12.0 * parameters};
}

}  // namespace peer
