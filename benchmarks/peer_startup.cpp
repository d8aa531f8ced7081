// SPDX-License-Identifier: Apache-2.0
//
// peer_startup [THREADS]: one step of a perceptron 64-128-64, and out: how long a process takes from its start to its end.
#include <cstdlib>

#include "peer/steps.hpp"

int main(int count, char** arguments) {
  peer::step_of<peer::mlp_tiny_run> b(count > 1 ? std::atoi(arguments[1]) : 1, {.optimizer = {.learning_rate = 0.1}});
  return b.pipeline.step(b.batch) > 0 ? 0 : 1;
}
