// SPDX-License-Identifier: Apache-2.0
// run:
//
// Composes a run and prints its plan: every operation of the training step and where its values lie in one block of memory.
// Nothing runs; all of it was decided by the compiler.
#include <iostream>

#include <ssl/pipeline/plan_text.hpp>
#include <ssl/ssl.hpp>

struct my_run : ssl::run_defaults {  // say only what differs
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 32, .stages = 3}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 256, .output = 64}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::reference;
  static constexpr ssl::shape image{.h = 32, .w = 32, .c = 3};
  static constexpr int batch = 64;  // images; a two-view objective sees 128 views
};

// The plan is a constant of the program: a budget of memory can be a line of code.
static_assert(ssl::memory_of<my_run>.bytes < 200'000'000, "the step must fit the device");

int main() {
  std::cout << ssl::plan_text<my_run>();
  return 0;
}
