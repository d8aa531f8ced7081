// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_step.hpp"
#include "objectives/adversarial.hpp"
#include "objectives/moving_target.hpp"
#include "objectives/queue.hpp"
#include "objectives/rearrangements.hpp"
#include "objectives/shared_mask.hpp"
#include "objectives/two_losses.hpp"
#include "objectives/two_sizes.hpp"

namespace {

using namespace tiny;

TEST_CASE("a moving-average target with a predictor: gradients of a step") {
  expect_step<run<moving_target<average_moves::before_forward>>>();
  expect_step<run<moving_target<average_moves::after_optimizer>, vit>>();
}

TEST_CASE("a queue: gradients of a step") { expect_step<run<queued_keys<7, 5>, unit_mlp>>(); }

TEST_CASE("one mask shared by two networks: gradients of a step") {
  expect_step<run<masked_pixels, pixel_embedding, shuffled_tokens<16>>>();
}

TEST_CASE("the same networks at two image sizes: gradients of a step") {
  expect_step<run<two_sizes, convnet, large_and_small>>();
  expect_step<run<two_sizes, vit, large_and_small>>();
}

TEST_CASE("two weighted losses on one wire: gradients of a step") {
  using weighted = run<two_losses>;
  expect_step<weighted>();
  expect_step<weighted>({.objective = {.contrast = 0.0, .distance = 1.5}});
}

TEST_CASE("two phases, a loss that passes through a network it does not move: gradients of a step") {
  expect_step<run<adversarial, place_encoder, one_view>>();
}

TEST_CASE("stack, part, tokens, channels: gradients of a step") { expect_step<run<rearrangements<false>, token_encoder>>(); }

/// All gradients of one step.
template <class Run>
std::vector<double> gradients(run_options<Run> const& options) {
  typename Run::backend::context context;
  pipeline<Run> p(context, options);
  p.forward_backward(ssl::testing::random_batches<Run>(options).next());
  std::vector<double> values(static_cast<std::size_t>(p.elements(array::gradients)));
  p.read(array::gradients, values.data());
  return values;
}

TEST_CASE("detach: no gradient passes, so a symmetric loss of twice the weight gives the same") {
  using whole = run<rearrangements<false>, token_encoder>;
  using half = run<rearrangements<true>, token_encoder>;
  std::vector<double> const expected = gradients<whole>({}), found = gradients<half>({.objective = {.views_weight = 2}});
  REQUIRE(expected.size() == found.size());
  double largest = 0;
  for (double g : expected) largest = std::max(largest, std::abs(g));
  CHECK(largest > 1e-3);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(expected[i] - found[i]) < 1e-13 * largest);
}

TEST_CASE("gradients of these steps on every host backend") {
  expect_step_on_backends<adversarial, place_encoder, one_view>();
  expect_step_on_backends<masked_pixels, pixel_embedding, shuffled_tokens<16>>();
}

}  // namespace
