// SPDX-License-Identifier: Apache-2.0
#include "training/resume.hpp"

#include "objectives/adversarial.hpp"
#include "objectives/moving_target.hpp"
#include "objectives/two_losses.hpp"
#include "ssl/optimizers/adamw.hpp"

namespace {

using namespace tiny;
using resume::expect_equal_bits;

template <class Run>
struct with_adamw : Run {
  using optimizer = optimizers::adamw;
};

TEST_CASE("resuming equals continuing: averages that move before or after, phases, running statistics, schedules") {
  expect_equal_bits<run<moving_target<average_moves::before_forward>>>("average before the forward pass");
  expect_equal_bits<with_adamw<run<moving_target<average_moves::after_optimizer>>>>("average after AdamW");
  expect_equal_bits<with_adamw<run<adversarial, place_encoder, one_view>>>("two phases");
  expect_equal_bits<run<two_losses, vit>>("a repeated block, scheduled weights of the losses");
}

}  // namespace
