// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/fixed_string.hpp"
#include "ssl/core/shape.hpp"

namespace ssl {

/// What a block of parameters is to the optimizer: decay and adaptation are switched off by kind.
enum class parameter_kind { weight, bias, norm_scale, norm_shift, token, position };

/// What an optimizer is told about a block. It converts to the kind, which is all that most of them ask for.
///
/// Layers are numbered from the input: 0 holds what stands before the first one, each iteration of a `repeat` and each `residual`
/// is one (not those inside another), and what follows the last belongs to one more, as do all other networks of a run.
struct parameter_traits {
  parameter_kind kind = parameter_kind::weight;
  int layer = 1;
  int layers_above = 0;  ///< how many layers follow
  bool frozen = false;   ///< it does not move
  bool encoder = false;  ///< it belongs to the encoder, not to another network of the run

  constexpr operator parameter_kind() const { return kind; }
};

/// How a block is drawn before training. `fan` counts the inputs (or outputs) of one unit; `value` is the rule's number in millionths.
enum class initializer_rule {
  constant,              ///< value
  normal,                ///< N(0, value^2)
  truncated_normal,      ///< N(0, value^2), redrawn outside +-2 in absolute terms, as timm
  uniform_inverse_root,  ///< U(-1, 1) / sqrt(fan): PyTorch's linear layers, weight and bias
  kaiming_normal,        ///< N(0, 2 / fan): torchvision's convolutions, with fan = outputs * kernel area
  xavier_uniform,        ///< U(-1, 1) * sqrt(6 / fan), with fan = inputs + outputs
  formula                ///< formula(element, fan): a table that is computed, not drawn
};

struct initializer {
  initializer_rule rule = initializer_rule::constant;
  int fan = 1;
  int millionths = 0;
  double (*formula)(index element, int fan) = nullptr;
};

/// One block of parameters, or of persistent buffers, that a layer asks for.
struct block_request {
  char const* label = "";
  int rank = 1;
  int extents[4] = {1, 1, 1, 1};
  initializer initial{};
  parameter_kind kind = parameter_kind::weight;

  constexpr index elements() const { return index{extents[0]} * extents[1] * extents[2] * extents[3]; }
};

/// A node in the tree of names: "layer1" under the root, "0" under that, and so on.
struct path_record {
  int parent = 0;
  char const* label = "";
  bool is_iteration = false;  ///< the name is the index of the enclosing repeat, not the label
};

/// The name at `node`, joined by dots; `iteration` stands for the index of the enclosing repeat.
constexpr name path_name(path_record const* nodes, int node, int iteration) {
  int chain[32] = {};
  int depth = 0;
  for (; node != 0 && depth < 32; node = nodes[node].parent) chain[depth++] = node;
  name result;
  while (depth > 0) {
    path_record const& node_record = nodes[chain[--depth]];
    if (result.length > 0) result.append(".");
    node_record.is_iteration ? result.append_number(iteration) : result.append(node_record.label);
  }
  return result;
}

/// One block in the flat arrays of a role: the table that parameters, gradients, slots and averages share.
/// A block inside a repeat stands for `times` blocks, `stride` elements apart.
struct block_record {
  int path = 0;  ///< node of its name: "layer1.0.conv1.weight", without the role
  index offset = 0;
  int times = 1;
  index stride = 0;
  int rank = 1;
  int extents[4] = {1, 1, 1, 1};
  initializer initial{};
  parameter_kind kind = parameter_kind::weight;
  bool frozen = false;
  int layer = 1;  ///< of the first iteration, as parameter_traits says
  int layers_above = 0;
  int layers_per_iteration = 0;  ///< 1 where each iteration of the repeat is a layer
  bool encoder = false;

  constexpr index elements() const { return index{extents[0]} * extents[1] * extents[2] * extents[3]; }
  constexpr parameter_traits traits(int iteration) const {
    int const layers_passed = iteration * layers_per_iteration;
    return {kind, layer + layers_passed, layers_above - layers_passed, frozen, encoder};
  }
};

}  // namespace ssl
