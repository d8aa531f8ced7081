// SPDX-License-Identifier: Apache-2.0
// budget: seconds=2 megabytes=250 components=cpu flags=-O2
#include "tiny_run.hpp"

PRETEXT_EXTERN_PIPELINE(tiny_run);

double first_step(ssl::backends::cpu::context& threads, ssl::batch_input const& batch) {
  ssl::pipeline<tiny_run> p{threads, {.objective = {.temperature = 0.2f}, .seed = 1}};
  return p.step(batch);
}
