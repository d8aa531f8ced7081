// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/pipeline/arrays.hpp"
#include "ssl/pipeline/executor.hpp"
#include "ssl/pipeline/gate.hpp"
#include "ssl/pipeline/initialise.hpp"
#include "ssl/pipeline/inventory.hpp"
#include "ssl/pipeline/stub.hpp"
#include "ssl/pipeline/tap.hpp"

namespace ssl {

/// A complete training pipeline: one run, its memory and its position in training.
///
/// Memory    one block, allocated at construction; its size is memory_of<Run>.bytes. No step allocates
/// Threads   one thread at a time may use a pipeline; the context owns the worker threads
/// Errors    compile time: E1xx to E4xx, one sentence each; run time: non_finite_error (E901) from step
/// Cost      of a step: plan_text<Run>() prints what is stored, where and how long
template <class Run>
class pipeline_impl<Run, true> {
 public:
  using run = Run;
  using scalar = typename Run::scalar;
  using context_type = typename Run::backend::context;

  /// Draws the parameters by (seed, name). The context must outlive the pipeline.
  explicit pipeline_impl(context_type& context, run_options<Run> const& options = {});
  ~pipeline_impl();
  pipeline_impl(pipeline_impl const&) = delete;
  pipeline_impl& operator=(pipeline_impl const&) = delete;

  /// One optimizer step on one batch; returns the loss (terms times weights) before the step.
  ///
  /// A step may be made of several micro-batches: their gradients add up, weights, optimizer and averages move with the last one,
  /// and the loss is the mean so far. Where rows do not see each other (no batch statistics, a loss that is a mean over rows) this
  /// is the step of one batch of all of them. Running statistics and states (queues, centres) follow every micro-batch. Of several
  /// phases, those after the first see weights that an earlier one moved in the last micro-batch only.
  double step(batch_input const& batch, micro_batch which = {});
  /// The loss and all gradients of one batch; nothing moves but running statistics. Gradients add up until a step.
  double forward_backward(batch_input const& batch);

  /// What the module `tap` of a role ("decoder", "encoder.blocks.3") makes of one batch in the forward pass of a step, on the host;
  /// `extents` becomes its shape. Nothing moves but running statistics.
  /// Errors  E803 (there is no such module)
  ///
  /// A template, so that only those who call it compile it.
  template <class Text>
  std::vector<scalar> tap(batch_input const& batch, Text const& tap, shape* extents = nullptr);

  /// The terms of the last step's loss, with the weights they had: the loss is the sum of value times weight.
  std::vector<loss_term> terms() const;

  /// Optimizer steps taken so far; schedules and random draws follow it.
  index steps() const { return steps_; }
  void set_steps(index steps) { steps_ = steps; }
  run_options<Run>& options() { return options_; }
  run_options<Run> const& options() const { return options_; }
  context_type& context() { return context_; }

  static index elements(array which);
  void read(array which, scalar* to);
  void write(array which, scalar const* from);
  /// The encoder that the objective exports: its trained weights, or their moving average.
  encoder_weights<scalar> exported();

 private:
  using exec = executor<Run>;

  double forward(batch_input const& batch, micro_batch which = {});
  void clear_gradients();
  double weighted_sum() const;
  [[noreturn]] void report_non_finite(double loss, update_time now);
  update_time time_of(micro_batch which) const { return {.step = steps_, .batch = steps_ * which.of + which.part}; }
  scalar* pointer(array which) const;
  void initialise();

  context_type& context_;
  run_options<Run> options_;
  run_arrays<Run> arrays_;
  index steps_ = 0;
  index evaluated_step_ = 0;
  bool unfinished_ = false;  ///< gradients hold parts of a step
  scalar losses_[step_graph::max_nodes] = {};
};

/// The pipeline of a run, or one sentence about why there is none.
template <class Run>
class pipeline : public pipeline_impl<Run, failure_of<Run> == 0> {
  using base = pipeline_impl<Run, failure_of<Run> == 0>;
  static_assert(sizeof(sentence_about<Run>) > 0);

 public:
  using base::base;
};

// --- definitions: outside the class, so that `extern template` saves users the work ------------------------------------------

template <class Run>
pipeline_impl<Run, true>::pipeline_impl(context_type& context, run_options<Run> const& options) : context_(context), options_(options) {
  arrays_.memory = static_cast<char*>(Run::backend::allocate(context_, memory_of<Run>.bytes));
  initialise();
}

template <class Run>
pipeline_impl<Run, true>::~pipeline_impl() {
  Run::backend::release(context_, arrays_.memory);
}

template <class Run>
double pipeline_impl<Run, true>::forward(batch_input const& batch, micro_batch which) {
  exec::upload(context_, arrays_, batch);
  exec::forward(context_, arrays_, options_, time_of(which), 1.0 / which.of);
  scalar before[step_graph::max_nodes];
  for (int i = 0; i < step_graph::max_nodes; ++i) before[i] = losses_[i];
  Run::backend::copy_out(context_, losses_, arrays_.losses(), sizeof(losses_));
  if (which.part > 0)
    for (int i = 0; i < step_graph::max_nodes; ++i)
      losses_[i] = before[i] + (losses_[i] - before[i]) / static_cast<scalar>(which.part + 1);
  evaluated_step_ = steps_;
  double const loss = weighted_sum();
  if (!std::isfinite(loss)) report_non_finite(loss, time_of(which));
  return loss;
}

template <class Run>
double pipeline_impl<Run, true>::weighted_sum() const {
  double sum = 0;
  exec::for_each_term(options_, evaluated_step_, losses_, [&sum](loss_term const& t) { sum += t.weight * t.value; });
  return sum;
}

template <class Run>
std::vector<loss_term> pipeline_impl<Run, true>::terms() const {
  std::vector<loss_term> list;
  exec::for_each_term(options_, evaluated_step_, losses_, [&list](loss_term const& t) { list.push_back(t); });
  return list;
}

template <class Run>
double pipeline_impl<Run, true>::forward_backward(batch_input const& batch) {
  double const loss = forward(batch);
  for_each_index<Run::objective::graph.phases>([&]<int Phase>() { exec::template backward<Phase>(context_, arrays_, options_, time_of({})); });
  return loss;
}

template <class Run>
template <class Text>
std::vector<typename Run::scalar> pipeline_impl<Run, true>::tap(batch_input const& batch, Text const& tap, shape* extents) {
  std::string const name = tap;
  exec::upload(context_, arrays_, batch);
  detail::tap_observer<std::remove_cvref_t<decltype(plan_of<Run>)>, scalar, typename Run::backend> observer(plan_of<Run>, context_, name);
  exec::template forward<true>(context_, arrays_, options_, time_of({}), 1.0, &observer);
  observer.expect_found();
  if (extents != nullptr) *extents = observer.extents;
  return std::move(observer.values);
}

template <class Run>
void pipeline_impl<Run, true>::clear_gradients() {
  index const count = elements(array::gradients);
  Run::backend::map2d(context_, 1, count, ops::fill_cell<scalar>{arrays_.gradients(), count, scalar(0)});
}

template <class Run>
double pipeline_impl<Run, true>::step(batch_input const& batch, micro_batch which) {
  bool const last = which.part + 1 == which.of;
  if (which.part == 0) {
    if (unfinished_) clear_gradients();  // what a step left that an exception cut short
    exec::keep_unit_rows(context_, arrays_);
    exec::template move_averages<average_moves::before_forward>(context_, arrays_, options_, steps_);
  }
  unfinished_ = which.of > 1;
  update_time const now = time_of(which);
  double const loss = forward(batch, which);
  exec::template update_states<state_moves::before_optimizer>(context_, arrays_, options_, now);
  for_each_index<Run::objective::graph.phases>([&]<int Phase>() {
    exec::template backward<Phase>(context_, arrays_, options_, now);
    if (last) exec::template update<Phase>(context_, arrays_, options_, steps_);
  });
  if (last) exec::template move_averages<average_moves::after_optimizer>(context_, arrays_, options_, steps_);
  exec::template update_states<state_moves::after_optimizer>(context_, arrays_, options_, now);
  if (last) ++steps_, unfinished_ = false;
  return loss;
}

template <class Run>
index pipeline_impl<Run, true>::elements(array which) {
  using memory = run_memory<Run>;
  switch (which) {
    case array::parameters:
    case array::gradients: return memory::range_table.parameters;
    case array::slots: return memory::range_table.parameters * Run::optimizer::slots;
    case array::averages: return memory::range_table.averaged;
    case array::buffers: return memory::range_table.buffers;
    case array::average_buffers: return memory::range_table.averaged > 0 ? memory::range_table.buffers : 0;
    case array::states: return memory::state_elements(Run::objective::states::size);
  }
  return 0;
}

template <class Run>
typename Run::scalar* pipeline_impl<Run, true>::pointer(array which) const {
  switch (which) {
    case array::parameters: return arrays_.parameters();
    case array::gradients: return arrays_.gradients();
    case array::slots: return arrays_.slots();
    case array::averages: return arrays_.averages();
    case array::buffers: return arrays_.buffers();
    case array::average_buffers: return arrays_.average_buffers();
    case array::states: return arrays_.state(0);
  }
  return nullptr;
}

template <class Run>
void pipeline_impl<Run, true>::read(array which, scalar* to) {
  Run::backend::copy_out(context_, to, pointer(which), elements(which) * index{sizeof(scalar)});
}

template <class Run>
void pipeline_impl<Run, true>::write(array which, scalar const* from) {
  Run::backend::copy_in(context_, pointer(which), from, elements(which) * index{sizeof(scalar)});
}

template <class Run>
encoder_weights<typename Run::scalar> pipeline_impl<Run, true>::exported() {
  constexpr role_range encoder = run_memory<Run>::range_table.role[0];
  constexpr bool average = Run::objective::exports_average;
  auto const part = [this](array which, index first, index count) {
    std::vector<scalar> all(static_cast<std::size_t>(elements(which)));
    read(which, all.data());
    return std::vector<scalar>(all.begin() + first, all.begin() + first + count);
  };
  return {.parameters = part(average ? array::averages : array::parameters, encoder.parameter, encoder.parameter_elements),
          .buffers = part(average ? array::average_buffers : array::buffers, encoder.buffer, encoder.buffer_elements)};
}

template <class Run>
void pipeline_impl<Run, true>::initialise() {
  std::vector<char> const zeros(static_cast<std::size_t>(memory_of<Run>.arena), 0);  // everything before the arena
  Run::backend::copy_in(context_, arrays_.memory, zeros.data(), memory_of<Run>.arena);
  auto fill = [&](array which, block_set set) {
    std::vector<scalar> values(static_cast<std::size_t>(elements(which)), scalar(0));
    for (block_info const& b : inventory<Run>(set)) initialise_block(b.initial, b.name, options_.seed, values.data() + b.offset, b.elements);
    write(which, values.data());
    return values;
  };
  std::vector<scalar> const parameters = fill(array::parameters, block_set::parameters);
  std::vector<scalar> const buffers = fill(array::buffers, block_set::buffers);
  if (elements(array::averages) > 0) {
    write(array::averages, parameters.data());
    write(array::average_buffers, buffers.data());
  }
  std::vector<scalar> states(static_cast<std::size_t>(elements(array::states)), scalar(0));
  for_each_index<Run::objective::states::size>([&]<int S>() {
    using entry = type_at<S, typename Run::objective::states>;
    initialise_state(entry::type::init, entry::type::extents, std::string("state.") + entry::label(), options_.seed,
                     states.data() + run_memory<Run>::state_elements(S));
  });
  write(array::states, states.data());
}

/// Finds the first operation of the forward pass whose output is not finite.
template <class Scalar, class Backend>
struct first_non_finite final : output_observer {
  first_non_finite(typename Backend::context& context, op_record const* table) : context(context), table(table) {}
  void see(op_record const* op, int at, void const* y, shape extents) override {
    if (found >= 0) return;
    index const elements = extents.elements();
    values.resize(static_cast<std::size_t>(elements));
    Backend::copy_out(context, values.data(), y, elements * index{sizeof(Scalar)});
    for (Scalar v : values)
      if (!std::isfinite(v)) return void((found = static_cast<int>(op - table), iteration = at));
  }
  typename Backend::context& context;
  op_record const* table;
  std::vector<Scalar> values;
  int found = -1;
  int iteration = 0;
};

template <class Run>
void pipeline_impl<Run, true>::report_non_finite(double loss, update_time now) {
  first_non_finite<scalar, typename Run::backend> observer(context_, plan_of<Run>.op);
  exec::template forward<true>(context_, arrays_, options_, now, 1.0, &observer);
  std::string layer;
  if (observer.found >= 0) layer = plan_of<Run>.op_name(observer.found, observer.iteration).text;
  for (loss_term const& t : terms())
    if (layer.empty() && !std::isfinite(t.weight * t.value)) layer = t.name;
  throw non_finite_error(901, steps_, layer,
                         join({"the loss is ", std::to_string(loss), " at step ", std::to_string(steps_),
                               "; the first output that is not finite is that of ", layer,
                               "; no weight moved in this step; lower the learning rate, clip gradients, or check the images"}));
}

}  // namespace ssl

/// In a header or a user's file: the pipeline of `run` is compiled elsewhere, once.
#define PRETEXT_EXTERN_PIPELINE(run) extern template class ssl::pipeline_impl<run, true>
/// In exactly one source file.
#define PRETEXT_INSTANTIATE_PIPELINE(run) template class ssl::pipeline_impl<run, true>
