// SPDX-License-Identifier: Apache-2.0
//
// A training that goes on from a checkpoint gives the same bits as one that was never interrupted: for every kind of thing that an
// objective, an optimizer or a layer keeps from step to step.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "objectives/adversarial.hpp"
#include "objectives/moving_target.hpp"
#include "objectives/queue.hpp"
#include "objectives/tiny.hpp"
#include "objectives/two_losses.hpp"
#include "ssl/io/checkpoint.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/testing/objective_check.hpp"
#include "unit/data/temporary_folder.hpp"

namespace {

using namespace tiny;

/// All bits of a training after so many steps, the losses of the last three among them.
template <class Run>
struct training {
  typename Run::backend::context context;
  pipeline<Run> p{context};
  testing::random_batches<Run> batches{run_options<Run>{}, 4};
  std::vector<double> bits;

  void skip(int steps) {
    for (int s = 0; s < steps; ++s) batches.next();
  }
  void take(int steps) {
    for (int s = 0; s < steps; ++s) bits.push_back(p.step(batches.next()));
  }
  std::vector<double> const& finish() {
    take(3);
    for (array const which : io::detail::checkpoint_arrays)
      for (auto const value : io::detail::read_array(p, which)) bits.push_back(value);
    return bits;
  }
};

template <class Run>
void expect_equal_bits(char const* what) {
  CAPTURE(what);
  temporary_folder const folder;
  training<Run> whole, first, second;
  first.take(3);
  io::save_checkpoint(first.p, folder / "c");
  CHECK(io::load_checkpoint(second.p, folder / "c").differences.empty());
  second.skip(3);
  whole.take(3);
  whole.bits.clear();
  std::vector<double> const& expected = whole.finish();
  CHECK(second.finish() == expected);
}

template <class Run>
struct with_adamw : Run {
  using optimizer = optimizers::adamw;
};

TEST_CASE("resuming equals continuing: averages that move before or after, queues, phases, running statistics") {
  expect_equal_bits<run<moving_target<average_moves::before_forward>>>("average before the forward pass");
  expect_equal_bits<with_adamw<run<moving_target<average_moves::after_optimizer>>>>("average after AdamW");
  expect_equal_bits<run<queued_keys<5, 5>, unit_mlp>>("queue");
  expect_equal_bits<with_adamw<run<adversarial, place_encoder, one_view>>>("two phases");
  expect_equal_bits<run<two_losses, vit>>("a repeated block, scheduled weights of the losses");
}

}  // namespace
