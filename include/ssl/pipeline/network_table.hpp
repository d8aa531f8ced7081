// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/plan.hpp"

namespace ssl {

/// Blocks of parameters and buffers of one network at one input shape: what the flat arrays of a role hold, in order.
template <int Parameters, int Buffers, int Paths>
struct block_table {
  static constexpr int parameters = Parameters;
  static constexpr int buffers = Buffers;

  index parameter_elements = 0;
  index buffer_elements = 0;
  bool skips_samples = false;  ///< in this environment, a branch computes only some samples of the batch
  block_record parameter[Parameters > 0 ? Parameters : 1] = {};
  block_record buffer[Buffers > 0 ? Buffers : 1] = {};
  path_record path[Paths] = {};

  constexpr name parameter_name(int i, int iteration = 0) const { return path_name(path, parameter[i].path, iteration); }
  constexpr name buffer_name(int i, int iteration = 0) const { return path_name(path, buffer[i].path, iteration); }
  /// Number of parameters, without the padding between blocks.
  constexpr index count() const {
    index n = 0;
    for (int i = 0; i < Parameters; ++i) n += parameter[i].elements() * parameter[i].times;
    return n;
  }
};

/// The table of a network. Blocks do not depend on the backend, the batch or the mode.
template <class Network, shape In, class Env>
constexpr auto make_block_table() {
  constexpr auto record = [] {
    recorder r;
    Network::template record<Env>(r, r.new_value(In, false));
    return r;
  };
  struct sizes {
    int parameters, buffers, paths;
  };
  constexpr sizes size = [record] {
    recorder const r = record();
    return sizes{r.parameters, r.buffers, r.paths};
  }();
  recorder const r = record();
  block_table<size.parameters, size.buffers, size.paths> t;
  t.parameter_elements = r.parameter_elements;
  t.buffer_elements = r.buffer_elements;
  t.skips_samples = r.skips_samples;
  for (int i = 0; i < size.parameters; ++i)
    t.parameter[i] = r.parameter[i], t.parameter[i].layers_above = r.layers + 1 - r.parameter[i].layer;
  for (int i = 0; i < size.buffers; ++i) t.buffer[i] = r.buffer[i];
  for (int i = 0; i < size.paths; ++i) t.path[i] = r.path_node[i];
  return t;
}

template <class Network, shape In, class Env>
inline constexpr auto block_table_of = make_block_table<Network, In.with_batch(1), Env>();

}  // namespace ssl
