// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <string>
#include <vector>

#include "ssl/data/batcher.hpp"
#include "ssl/pipeline/pipeline.hpp"
#include "ssl/testing/gradient_check.hpp"

/// \file
/// A whole training step against finite differences, through the run's own plan: the check of an objective's graph, and of the
/// planner, since a tensor that is overwritten too early shows as a wrong gradient.
namespace ssl::testing {

/// Pictures of random bytes, of three classes.
class random_pictures {
 public:
  random_pictures(index count, shape size, std::uint64_t seed)
      : size_(size.with_batch(1)), bytes_(static_cast<std::size_t>(count * size_.elements())) {
    draws d(draw_key{.seed = seed});
    for (std::uint8_t& b : bytes_) b = static_cast<std::uint8_t>(d.below(256));
  }
  index size() const { return static_cast<index>(bytes_.size()) / size_.elements(); }
  image_view image(index i) const { return {bytes_.data() + i * size_.elements(), size_.h, size_.w, size_.c}; }
  std::int32_t label(index i) const { return static_cast<std::int32_t>(i % 3); }

 private:
  shape size_;
  std::vector<std::uint8_t> bytes_;
};

/// Batches of a run, made by its own augmentation from random pictures of the run's size.
template <class Run>
class random_batches {
 public:
  explicit random_batches(run_options<Run> const& options, int batches_per_epoch = 1)
      : pictures_(index{Run::batch} * batches_per_epoch, Run::image, options.seed),
        batcher_(pictures_, Run::image, Run::batch, options.augmentation, {.threads = 0, .seed = options.seed}) {}
  batch_input const& next() { return batcher_.next(); }
  random_pictures const& pictures() const { return pictures_; }

 private:
  random_pictures pictures_;
  data::batcher<typename Run::augmentation, random_pictures> batcher_;
};

struct step_check_options {
  double step = 1e-5;   ///< of the central difference
  double spread = 0.3;  ///< weights and averages are moved by so much from where training begins: no gradient is hidden by a zero
};

namespace detail {

/// Adds uniform numbers to what a pipeline holds; returns the sum.
template <class Run>
std::vector<typename Run::scalar> spread_out(pipeline<Run>& p, array which, double spread, std::uint64_t seed,
                                             std::uint32_t stream) {
  using T = typename Run::scalar;
  std::vector<T> values(static_cast<std::size_t>(p.elements(which)));
  p.read(which, values.data());
  std::vector<T> const moves = random_values<T>(p.elements(which), seed, stream, -spread, spread);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += moves[i];
  p.write(which, values.data());
  return values;
}

}  // namespace detail

/// Compares the gradient that a step gives for every parameter of every network with a central difference of the loss terms that
/// move it: those of the phases that update the parameter's role. A role that no phase updates must have gradient zero.
///
/// Requires  Run::scalar is double; a seed for which no activation lies within the step of a kink
/// Returns   the worst disagreement, by the parameter's full name
/// Cost      two steps for every parameter
template <class Run>
gradient_report check_step(typename Run::backend::context& context, run_options<Run> const& options = {},
                           step_check_options const& o = {}) {
  static_assert(std::is_same_v<typename Run::scalar, double>, "a central difference wants double");
  pipeline<Run> p(context, options);
  random_batches<Run> batches(options);
  batch_input const& batch = batches.next();
  detail::spread_out(p, array::averages, o.spread, options.seed, 2001);
  std::vector<double> weights = detail::spread_out(p, array::parameters, o.spread, options.seed, 2000);

  auto const moving_loss = [&](label role) {
    p.write(array::parameters, weights.data());
    p.forward_backward(batch);
    double sum = 0;
    for (loss_term const& t : p.terms())
      if (phase_updates(Run::objective::graph, t.phase, role)) sum += t.weight * t.value;
    return sum;
  };
  p.forward_backward(batch);
  std::vector<double> gradients(weights.size());
  p.read(array::gradients, gradients.data());

  std::vector<detail::gradient_comparison> all;
  for (block_info const& b : inventory<Run>(block_set::parameters)) {
    label const role = b.name.substr(0, b.name.find('.')).c_str();
    auto const first = gradients.begin() + b.offset;
    detail::gradient_comparison c{b.name, {first, first + b.elements}, {}};
    for (index i = 0; i < b.elements; ++i) {
      double& weight = weights[static_cast<std::size_t>(b.offset + i)];
      double const at = weight;
      weight = at + o.step;
      double const above = moving_loss(role);
      weight = at - o.step;
      double const below = moving_loss(role);
      weight = at;
      c.numeric.push_back((above - below) / (2 * o.step));
    }
    all.push_back(std::move(c));
  }
  return detail::compare_gradients(all);
}

}  // namespace ssl::testing
