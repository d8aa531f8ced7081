// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/pipeline/network_table.hpp"

/// \file
/// The plan of one network that only runs forward: nothing is kept, so its arena holds two or three values at a time.
namespace ssl {

template <int Operations, int Paths>
struct forward_plan {
  bool overflow = false;
  bool mask_misfits = false;  ///< a layer wants a mask, and a network by itself is given none
  index arena = 0;  ///< elements
  slot x{}, y{};
  op_record op[Operations > 0 ? Operations : 1] = {};
  int op_path[Operations > 0 ? Operations : 1] = {};
  path_record path[Paths] = {};

  constexpr name op_name(int i, int iteration = 0) const { return path_name(path, op_path[i], iteration); }
};

template <class Network, shape In, class Env>
constexpr auto make_forward_plan() {
  struct recording {
    recorder r{};
    value x{}, y{};
    index arena = 0;
  };
  constexpr auto record = [] {
    recording s;
    s.r.keeps = false, s.r.differentiable_weights = false;
    s.x = s.r.new_value(In, false);
    s.r.touch(s.x.data, 0);
    s.y = Network::template record<Env>(s.r, s.x);
    s.r.touch(s.y.data, s.r.operations);
    if (!s.r.overflow) s.arena = place_tensors(s.r.tensor, s.r.tensors);
    return s;
  };
  struct sizes {
    int operations, paths;
  };
  constexpr sizes size = [record] {
    recording const s = record();
    return sizes{s.r.operations, s.r.paths};
  }();
  recording const s = record();
  forward_plan<size.operations, size.paths> p;
  p.overflow = s.r.overflow, p.mask_misfits = s.r.mask_misfits, p.arena = s.arena;
  p.x = place_of(s.r.tensor, s.x.data), p.y = place_of(s.r.tensor, s.y.data);
  for (int i = 0; i < size.operations; ++i) p.op[i] = resolve(s.r.tensor, s.r.op[i]), p.op_path[i] = s.r.op[i].path;
  for (int i = 0; i < size.paths; ++i) p.path[i] = s.r.path_node[i];
  return p;
}

template <class Network, shape In, class Env>
inline constexpr auto forward_plan_of = make_forward_plan<Network, In, Env>();

}  // namespace ssl
