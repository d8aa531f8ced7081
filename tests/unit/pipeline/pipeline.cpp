// SPDX-License-Identifier: Apache-2.0
#include "ssl/pipeline/pipeline.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "objectives/moving_target.hpp"
#include "objectives/tiny.hpp"
#include "objectives/two_losses.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "unit/pipeline/arrays.hpp"

namespace {

using namespace tiny;
using ssl::index;
using simclr = objectives::simclr<objectives::simclr_config{.hidden = 5, .output = 4}>;
using conv_run = run<simclr>;
using testing::random_batches;

TEST_CASE("an inventory names every block by role and layer, in order, apart from each other") {
  std::vector<std::string> names;
  index end = 0;
  for (block_info const& b : inventory<conv_run>(block_set::parameters)) {
    names.push_back(b.name);
    CHECK(b.offset >= end);
    CHECK(b.offset % block_elements == 0);
    end = b.offset + b.elements;
  }
  CHECK(names == std::vector<std::string>{"encoder.stage1.conv.weight", "encoder.stage1.bn.weight", "encoder.stage1.bn.bias",
                                          "encoder.stage2.conv.weight", "encoder.stage2.bn.weight", "encoder.stage2.bn.bias",
                                          "projector.hidden1.linear.weight", "projector.hidden1.bn.weight",
                                          "projector.hidden1.bn.bias", "projector.last.linear.weight",
                                          "projector.last.linear.bias"});
  CHECK(end <= pipeline<conv_run>::elements(array::parameters));
  CHECK(inventory<conv_run>(block_set::buffers).front().name == "encoder.stage1.bn.running_mean");
}

TEST_CASE("an inventory writes out the blocks of a repeat") {
  int first = 0, second = 0;
  for (block_info const& b : inventory<run<simclr, vit>>(block_set::parameters)) {
    first += b.name.starts_with("encoder.blocks.0.");
    second += b.name.starts_with("encoder.blocks.1.");
  }
  CHECK(first == 12);
  CHECK(second == 12);
}

TEST_CASE("weights are drawn by seed and full name") {
  backends::reference::context c;
  pipeline<conv_run> p(c, {.seed = 5});
  for (block_info const& b : inventory<conv_run>(block_set::parameters)) {
    std::vector<double> expected(static_cast<std::size_t>(b.elements));
    initialise_block(b.initial, b.name, 5, expected.data(), b.elements);
    CHECK(block<conv_run>(p, array::parameters, block_set::parameters, b.name) == expected);
  }
  CHECK(block<conv_run>(p, array::buffers, block_set::buffers, "encoder.stage2.bn.running_var") == std::vector<double>(6, 1.0));

  pipeline<run<two_losses>> other(c, {.seed = 5});  // another objective: the same encoder begins with the same weights
  pipeline<conv_run> seed(c, {.seed = 6});
  char const* const name = "encoder.stage2.conv.weight";
  auto const mine = block<conv_run>(p, array::parameters, block_set::parameters, name);
  CHECK(block<run<two_losses>>(other, array::parameters, block_set::parameters, name) == mine);
  CHECK(block<conv_run>(seed, array::parameters, block_set::parameters, name) != mine);
  for (array which : {array::gradients, array::slots})
    for (double v : values(p, which)) CHECK(v == 0);

  pipeline<run<simclr, vit>> blocks(c);  // equal shapes and rules under two names
  auto const qkv = [&](char const* name) { return block<run<simclr, vit>>(blocks, array::parameters, block_set::parameters, name); };
  CHECK(qkv("encoder.blocks.0.attn.qkv.weight") != qkv("encoder.blocks.1.attn.qkv.weight"));
}

/// Policies with numbers of their own, to see the order of the options.
struct counted_convnet : convnet {
  struct options {
    int encoder = 1;
  };
};
struct counted_backend : backends::reference {
  struct options {
    int backend = 5;
  };
};

TEST_CASE("options stand in the order encoder, augmentation, objective, optimizer, backend, seed") {
  using r = run<simclr, counted_convnet, two_views, counted_backend>;
  run_options<r> const o{{.encoder = 7}, {}, {.temperature = 0.25}, {.learning_rate = 0.125}, {.backend = 9}, 3};
  CHECK(o.encoder.encoder == 7);
  CHECK(o.objective.temperature.at(0) == 0.25);
  CHECK(o.optimizer.learning_rate.at(0) == 0.125);
  CHECK(o.backend.backend == 9);
  CHECK(o.seed == 3);
  counted_backend::context c;
  pipeline<r> p(c, o);
  CHECK(p.options().seed == 3);
  p.options().optimizer.learning_rate = 0.5;
  CHECK(p.options().optimizer.learning_rate.at(0) == 0.5);
}

TEST_CASE("options are those of the policies: temperature, rate and schedules reach the step") {
  backends::reference::context c;
  pipeline<conv_run> warm(c, {.objective = {.temperature = 1.0}}), cold(c, {.objective = {.temperature = 0.1}});
  random_batches<conv_run> batches(warm.options());
  batch_input const& batch = batches.next();
  CHECK(warm.step(batch) != cold.step(batch));
  pipeline<conv_run> still(c, {.optimizer = {.learning_rate = linear_ramp{.from = 0, .to = 1, .steps = 2}, .momentum = 0}});
  std::vector<double> const before = values(still, array::parameters);
  still.step(batch);
  CHECK(values(still, array::parameters) == before);
  CHECK(still.steps() == 1);
  still.step(batch);
  CHECK(values(still, array::parameters) != before);
  still.set_steps(0);
  CHECK(still.steps() == 0);
}

TEST_CASE("the positional and the named form give the same pipeline") {
  using positional =
      compose<convnet, two_views, simclr, optimizers::sgd<>, backends::reference, shape{.h = 4, .w = 4, .c = 2}, 3, double>;
  static_assert(memory_of<positional>.bytes == memory_of<conv_run>.bytes);
  backends::reference::context c;
  pipeline<positional> a(c);
  pipeline<conv_run> b(c);
  random_batches<conv_run> batches(b.options(), 2);
  for (int i = 0; i < 2; ++i) {
    batch_input const& batch = batches.next();
    CHECK(a.step(batch) == b.step(batch));
  }
  CHECK(values(a, array::parameters) == values(b, array::parameters));
}

TEST_CASE("gradients add up until a step, which leaves zeros") {
  backends::reference::context c;
  pipeline<conv_run> p(c);
  random_batches<conv_run> batches(p.options());
  batch_input const& batch = batches.next();
  p.forward_backward(batch);
  std::vector<double> const once = values(p, array::gradients);
  p.forward_backward(batch);
  std::vector<double> const twice = values(p, array::gradients);
  for (std::size_t i = 0; i < once.size(); ++i) CHECK(twice[i] == doctest::Approx(2 * once[i]).epsilon(1e-12));
  p.step(batch);
  for (double g : values(p, array::gradients)) CHECK(g == 0);
}

template <class Run>
void break_block(pipeline<Run>& p, std::string const& name, double value) {
  std::vector<double> all = values(p, array::parameters);
  for (block_info const& b : inventory<Run>(block_set::parameters))
    if (b.name == name) all[static_cast<std::size_t>(b.offset)] = value;
  p.write(array::parameters, all.data());
}

template <class Run>
non_finite_error failure_of_step(pipeline<Run>& p) {
  random_batches<Run> batches(p.options());
  std::vector<double> const before = values(p, array::parameters);
  try {
    p.step(batches.next());
  } catch (non_finite_error const& e) {
    std::vector<double> const after = values(p, array::parameters);
    bool same = before.size() == after.size();
    for (std::size_t i = 0; same && i < before.size(); ++i)
      same = before[i] == after[i] || (std::isnan(before[i]) && std::isnan(after[i]));
    CHECK(same);
    return e;
  }
  return {0, -1, "", "no error"};
}

TEST_CASE("E901: a loss that is not finite names the first operation, and nothing moves") {
  backends::reference::context c;
  pipeline<conv_run> p(c);
  p.set_steps(17);
  break_block(p, "encoder.stage2.conv.weight", std::numeric_limits<double>::quiet_NaN());
  non_finite_error const e = failure_of_step(p);
  CHECK(e.code == 901);
  CHECK(e.step == 17);
  CHECK(e.layer == "encoder.stage2.conv");
  CHECK(std::string(e.what()).find("ssl[E901]") == 0);
  CHECK(std::string(e.what()).find("step 17") != std::string::npos);
  CHECK(std::string(e.what()).find("encoder.stage2.conv") != std::string::npos);
  CHECK(p.steps() == 17);
}

TEST_CASE("E901: inside a repeat the iteration is named") {
  using r = run<simclr, vit>;
  backends::reference::context c;
  pipeline<r> p(c);
  break_block(p, "encoder.blocks.1.attn.proj.weight", std::numeric_limits<double>::infinity());
  CHECK(failure_of_step(p).layer.find("encoder.blocks.1.attn") == 0);
}

TEST_CASE("E901: where every output is finite, the term of the objective is named") {
  using r = run<two_losses>;
  backends::reference::context c;
  pipeline<r> p(c, {.objective = {.distance = std::numeric_limits<double>::infinity()}});
  non_finite_error const e = failure_of_step(p);
  CHECK(e.code == 901);
  CHECK(e.layer == "distance");
}

TEST_CASE("exported weights are the encoder's: as trained, or averaged where the objective says so") {
  backends::reference::context c;
  pipeline<conv_run> p(c);
  random_batches<conv_run> batches(p.options());
  p.step(batches.next());
  encoder_weights<double> const trained = p.exported();
  std::vector<double> const all = values(p, array::parameters), buffers = values(p, array::buffers);
  constexpr role_range encoder = run_memory<conv_run>::range_table.role[0];
  CHECK(trained.parameters == std::vector<double>(all.begin(), all.begin() + encoder.parameter_elements));
  CHECK(trained.buffers == std::vector<double>(buffers.begin(), buffers.begin() + encoder.buffer_elements));

  using average_run = run<moving_target<average_moves::after_optimizer>>;
  pipeline<average_run> q(c);
  random_batches<average_run> more(q.options(), 2);
  q.step(more.next());
  q.step(more.next());
  encoder_weights<double> const averaged = q.exported();
  std::vector<double> const averages = values(q, array::averages), average_buffers = values(q, array::average_buffers);
  CHECK(averaged.parameters == std::vector<double>(averages.begin(), averages.begin() + encoder.parameter_elements));
  CHECK(averaged.buffers == std::vector<double>(average_buffers.begin(), average_buffers.begin() + encoder.buffer_elements));
  CHECK(averaged.parameters != std::vector<double>(encoder.parameter_elements));
}

TEST_CASE("an optimizer with two slots finds both in the plan") {
  struct r : conv_run {
    using optimizer = optimizers::adamw;
  };
  backends::reference::context c;
  pipeline<r> p(c);
  CHECK(p.elements(array::slots) == 2 * p.elements(array::parameters));
  random_batches<r> batches(p.options());
  std::vector<double> const before = values(p, array::parameters);
  p.step(batches.next());
  std::vector<double> const after = values(p, array::parameters), slots = values(p, array::slots);
  std::size_t const stride = after.size();
  for (std::size_t i = 0; i < stride; ++i)
    if (after[i] != before[i]) CHECK(slots[stride + i] >= 0);
  CHECK(after != before);
}

}  // namespace
