// SPDX-License-Identifier: Apache-2.0
// The losses of pretext tasks where nothing is known yet: weights of zero give equal logits, and a loss of the logarithm of the number
// of classes, but for rounding.
#include <doctest/doctest.h>

#include <cmath>

#include "objectives/pretext_tasks.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using namespace tiny;

template <class Run>
double loss_of_zero_weights() {
  typename Run::backend::context context;
  pipeline<Run> p(context);
  std::vector<double> const zeros(static_cast<std::size_t>(p.elements(array::parameters)));
  p.write(array::parameters, zeros.data());
  ssl::testing::random_batches<Run> batches{run_options<Run>{}};
  return p.forward_backward(batches.next());
}

TEST_CASE("pretext tasks at equal logits: ln 4, ln 24 and ln 1000 permutations, ln 8") {
  double const rounding = 1e-12;
  CHECK(std::abs(loss_of_zero_weights<run<tiny::rotation, convnet, four_turns>>() - std::log(4)) < rounding);
  CHECK(std::abs(loss_of_zero_weights<run<tiny::jigsaw<2, 24>, convnet, tiles<2, 24>>>() - std::log(24)) < rounding);
  CHECK(std::abs(loss_of_zero_weights<on_six<run<tiny::jigsaw<3, 1000>, convnet, tiles<3, 1000>>>>() - std::log(1000)) <
        rounding);
  CHECK(std::abs(loss_of_zero_weights<run<tiny::relative_position<2>, convnet, patches<2>>>() - std::log(8)) < rounding);
}

}  // namespace
