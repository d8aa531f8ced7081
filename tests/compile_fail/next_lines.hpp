// SPDX-License-Identifier: Apache-2.0
// What a user writes below a run: none of it may add an error to the sentence about the run.
#pragma once

double next_lines(ssl::backends::reference::context& context, ssl::batch_input const& batch) {
  ssl::pipeline<run> p{context, {.seed = 2}};
  p.options().seed = 3;
  p.set_steps(0);
  auto weights = p.exported();
  p.read(ssl::array::parameters, weights.parameters.data());
  ssl::frozen_of<run, 1> encoder{context};
  encoder.features(nullptr, 0, weights.parameters.data());
  encoder.set_weights(encoder.weights());
  return p.step(batch) + p.forward_backward(batch) + static_cast<double>(p.steps()) + static_cast<double>(encoder.width);
}
