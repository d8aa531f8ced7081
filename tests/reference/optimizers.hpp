// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "reference/on_every_backend.hpp"
#include "reference/suite.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/optimizers/fused_update.hpp"
#include "ssl/optimizers/lamb.hpp"
#include "ssl/optimizers/lars.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/network_table.hpp"
#include "ssl/testing/network.hpp"

/// \file
/// Optimizers against a file, through the pass that training uses.
namespace reference_suite {

using namespace ssl::optimizers;
using ssl::parameter_kind;
namespace encoders = ssl::encoders;

/// A few tensors under an optimizer, as the flat arrays of a backend.
template <class Optimizer, class Backend, class T>
class parameter_set {
 public:
  struct tensor {
    std::vector<T> values;
    parameter_kind kind = parameter_kind::weight;
  };

  explicit parameter_set(std::vector<tensor> const& tensors) : blocks_(layout(tensors)) {
    for (std::size_t i = 0; i < tensors.size(); ++i) weights_.write(blocks_[i].offset, tensors[i].values);
  }

  /// One step; `gradients` of the tensors in order. The average follows with the momentum.
  void step(typename Optimizer::options const& options, ssl::index step, std::vector<std::vector<T>> const& gradients,
            double average_momentum = 0) {
    for (std::size_t i = 0; i < gradients.size(); ++i) gradients_.write(blocks_[i].offset, gradients[i]);
    fused_update<Optimizer, ssl::environment<Backend, T>>(context_, options, step, blocks_.data(),
                                                          static_cast<int>(blocks_.size()),
                                                          {.weights = weights_.data(),
                                                           .gradients = gradients_.data(),
                                                           .slots = slots_.data(),
                                                           .slot_stride = elements(),
                                                           .average = average_.data(),
                                                           .average_length = elements()},
                                                          average_momentum, scratch_.data());
    for (auto* a : {&weights_, &gradients_, &slots_, &average_, &scratch_}) REQUIRE(a->margins_are_whole());
  }
  void move_average(double momentum) {
    moving_average<ssl::environment<Backend, T>>(context_, weights_.data(), average_.data(), elements(), momentum);
  }

  std::vector<T> weights(std::size_t i) const { return read(weights_, i); }
  std::vector<T> average(std::size_t i) const { return read(average_, i); }
  std::vector<T> slot(std::size_t i, ssl::index which) const { return read(slots_, i, which * elements()); }
  void set_weights(std::size_t i, std::vector<T> const& values) { weights_.write(blocks_[i].offset, values); }
  void set_average(std::size_t i, std::vector<T> const& values) { average_.write(blocks_[i].offset, values); }

 private:
  using array = ssl::testing::guarded_array<Backend, T>;

  static std::vector<ssl::block_record> layout(std::vector<tensor> const& tensors) {
    std::vector<ssl::block_record> blocks;
    ssl::index end = 0;
    for (tensor const& t : tensors) {
      ssl::block_record b{.offset = end, .kind = t.kind};
      b.extents[0] = static_cast<int>(t.values.size());
      blocks.push_back(b);
      end += ssl::round_up(b.elements(), ssl::block_elements);
    }
    return blocks;
  }
  ssl::index elements() const { return blocks_.back().offset + ssl::round_up(blocks_.back().elements(), ssl::block_elements); }
  std::vector<T> read(array const& a, std::size_t i, ssl::index from = 0) const {
    return a.read(from + blocks_[i].offset, blocks_[i].elements());
  }

  typename Backend::context context_{};
  std::vector<ssl::block_record> blocks_;
  array weights_{context_, elements()}, gradients_{context_, elements()}, slots_{context_, elements() * Optimizer::slots},
      average_{context_, elements()}, scratch_{context_, update_scratch(blocks_.data(), static_cast<int>(blocks_.size()))};
};

/// Row `step` of a tensor whose first dimension counts the steps.
template <class T>
std::vector<T> at_step(reference_case const& c, std::string const& name, ssl::index step) {
  std::vector<T> const all = c.stored<T>(name);
  auto const row = static_cast<std::ptrdiff_t>(all.size()) / c.extents(name).at(0);
  return {all.begin() + step * row, all.begin() + (step + 1) * row};
}

/// All steps with given gradients, at a constant and at a changing learning rate; `slot_names` are the file's.
template <class Optimizer>
void trajectory(reference_case const& c, typename Optimizer::options options, std::vector<std::string> const& slot_names) {
  on_every_backend([&]<class Backend, class T>() {
    for (std::string const rates : {"constant", "warmup_cosine"}) {
      parameter_set<Optimizer, Backend, T> p({{c.stored<T>("w0")}, {c.stored<T>("b0"), parameter_kind::bias}});
      std::vector<double> const rate = c.stored<double>("lr_" + rates);
      for (ssl::index i = 0; i < static_cast<ssl::index>(rate.size()); ++i) {
        options.learning_rate = rate[static_cast<std::size_t>(i)];
        p.step(options, i, {at_step<T>(c, "grad_w", i), at_step<T>(c, "grad_b", i)});
        std::string const step = " after step " + std::to_string(i);
        expect_near(rates + ".w" + step, p.weights(0), at_step<double>(c, rates + ".w", i), c.limit<T>());
        expect_near(rates + ".b" + step, p.weights(1), at_step<double>(c, rates + ".b", i), c.limit<T>());
      }
      for (std::size_t s = 0; s < slot_names.size(); ++s)
        for (std::size_t i : {0, 1}) {
          std::string const name = rates + ".final_state." + (i == 0 ? "w." : "b.") + slot_names[s];
          if (c.has(name)) expect_near(name, p.slot(i, static_cast<ssl::index>(s)), c.stored<double>(name), c.limit<T>());
        }
    }
  });
}

/// Steps of LARS from weights of zero, and on gradients of zero.
inline void lars_guards(reference_case const& c, double rate, double decay, double coefficient) {
  ssl::index const steps = c.extents("grad_w").at(0);
  on_every_backend([&]<class Backend, class T>() {
    auto const expect_steps = [&]<lars_form Form>(std::string const& name, typename lars<lars_config{Form}>::options o) {
      o.learning_rate = rate, o.weight_decay = decay, o.decays = decay_scope::all;
      for (bool const from_zero : {true, false}) {
        parameter_set<lars<lars_config{Form}>, Backend, T> p({{c.stored<T>(from_zero ? "w0_zero" : "w0")}});
        std::string const all = name + (from_zero ? ".zero_param.w" : ".zero_grad.w");
        for (ssl::index i = 0; i < steps; ++i) {
          std::vector<T> const gradient = at_step<T>(c, "grad_w", i);
          p.step(o, i, {from_zero ? gradient : std::vector<T>(gradient.size())});
          expect_near(all + " after step " + std::to_string(i), p.weights(0), at_step<double>(c, all, i), c.limit<T>());
        }
      }
    };
    expect_steps.template operator()<lars_form::paper>("mocov3", {.coefficient = coefficient});
    expect_steps.template operator()<lars_form::solo>("solo", {});
    expect_steps.template operator()<lars_form::lightly>("lightly", {.coefficient = coefficient});
  });
}

/// Rates and decays of every parameter of a vision transformer, in the order of the file.
template <encoders::vit_config Config>
void layer_decay(reference_case const& c, double decay, double weight_decay) {
  using network = encoders::vit<Config>;
  constexpr auto const& table = ssl::block_table_of<network, ssl::shape{1, Config.image_h, Config.image_w, 3},
                                                    ssl::environment<ssl::backends::reference, double>>;
  std::map<std::string, ssl::parameter_traits> traits;
  for (int i = 0; i < table.parameters; ++i)
    for (int t = 0; t < table.parameter[i].times; ++t) traits[table.parameter_name(i, t).text] = table.parameter[i].traits(t);
  auto const expect = [&](char const* name, auto const& value_of) {
    std::vector<double> found;
    for (std::string const parameter : c.hyper().at("parameter_order")) {
      REQUIRE_MESSAGE(traits.contains(parameter), parameter);
      found.push_back(value_of(traits.at(parameter)));
    }
    expect_near(name, found, c.stored<double>(name), c.limit<double>());
  };
  expect("mae.lr_scale", [=](auto p) { return layer_rates{.decay = decay}.at(p); });
  expect("mae.weight_decay", [=](auto p) { return decays(decay_scope::weights, p) ? weight_decay : 0.0; });
  expect("dino.weight_decay_on", [](auto p) { return decays(decay_scope::weights_and_tokens, p) ? 1.0 : 0.0; });
  expect("dinov2.lr_multiplier", [=](auto p) { return layer_rates{.decay = decay, .embedding = 0.2}.at(p); });
  expect("dinov2.wd_multiplier", [](auto p) { return decays(decay_scope::weights_and_tokens, p) ? 1.0 : 0.0; });
}

/// A step of size 1 from zero moves by the clipped gradient.
inline void clipping(reference_case const& c, double norm) {
  std::vector<std::string> names;
  for (auto const& t : c.tensors().tensors())
    if (t.name.starts_with("grad.")) names.push_back(t.name.substr(5));
  on_every_backend([&]<class Backend, class T>() {
    std::vector<std::vector<T>> gradients;
    for (std::string const& name : names) gradients.push_back(c.stored<T>("grad." + name));
    for (auto const& [scope, prefix] :
         {std::pair(clip_scope::global, "global."), std::pair(clip_scope::per_tensor, "per_tensor.")}) {
      std::vector<typename parameter_set<sgd<>, Backend, T>::tensor> zeros;
      for (auto const& g : gradients) zeros.push_back({std::vector<T>(g.size())});
      parameter_set<sgd<>, Backend, T> p(zeros);
      p.step({.learning_rate = -1, .momentum = 0, .clip = {.norm = norm, .scope = scope}}, 0, gradients);
      for (std::size_t i = 0; i < names.size(); ++i)
        expect_near(prefix + names[i], p.weights(i), c.stored<double>(prefix + names[i]), c.limit<T>());
    }
  });
  without_counterpart(c, "value.* (clipping by value)");
}

/// The moving average, by itself and in the optimizer's pass.
inline void averages(reference_case const& c) {
  std::vector<double> const momentum = c.stored<double>("m");
  ssl::index const steps = static_cast<ssl::index>(momentum.size());
  on_every_backend([&]<class Backend, class T>() {
    std::vector<T> const w = c.stored<T>("target_w0"), b = c.stored<T>("target_b0");
    parameter_set<sgd<>, Backend, T> alone({{w}, {b}}), within({{w}, {b}});
    for (auto* p : {&alone, &within}) p->set_average(0, w), p->set_average(1, b);
    for (ssl::index i = 0; i < steps; ++i) {
      double const m = momentum[static_cast<std::size_t>(i)];
      for (auto* p : {&alone, &within})
        p->set_weights(0, at_step<T>(c, "online_w", i)), p->set_weights(1, at_step<T>(c, "online_b", i));
      alone.move_average(m);
      within.step({.learning_rate = 0}, i, {}, m);
      for (auto* p : {&alone, &within})
        expect_near("target_w after step " + std::to_string(i), p->average(0), at_step<double>(c, "target_w", i), c.limit<T>());
    }
    for (auto* p : {&alone, &within})
      expect_near("target_b_last", p->average(1), c.stored<double>("target_b_last"), c.limit<T>());
  });
}

}  // namespace reference_suite
