// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/detail/free_places.hpp"
#include "ssl/core/frame.hpp"
#include "ssl/core/parameter.hpp"

/// \file
/// The memory of a whole step, decided by the compiler. A recorder walks the step once and notes of every tensor its
/// first and last use; one greedy pass then gives offsets in one arena.
namespace ssl {

inline constexpr int max_operations = 1024;
inline constexpr int max_tensors = 2048;
inline constexpr int max_blocks = 512;
inline constexpr int max_paths = 3072;

/// A tensor that the step needs for some time. Times: operation k runs forward at k and, in backward pass p, at
/// backward_time(p, k); so operations later in the step come earlier in a backward pass.
struct tensor_record {
  static constexpr int never = -1;

  index elements = 0;
  int first = 1 << 30;
  int last = never;
  index offset = 0;
  int target = -1;  ///< this tensor is a place inside another one (the carried value of a repeat)
  index target_at = 0;
  index stride = 0;
  int phase = 0;
  int mask = 0;
  index per_sample = 0;
};

inline constexpr int pass_length = 1 << 16;
constexpr int backward_time(int pass, int operation) { return (pass + 1) * pass_length + pass_length - 1 - operation; }

/// A value on its way through the recorder: which tensors hold it and its gradient.
struct value {
  shape extents{};
  int data = -1;
  int grad = -1;              ///< -1: nobody needs the gradient
  bool overwritable = false;  ///< the next operation may work in place

  constexpr bool wants_gradient() const { return grad >= 0; }
};

/// How much of the batch the output of a sample depends on: batch statistics reach over the samples that share them.
enum class reach { sample, statistics_group, batch };

/// What an operation asks for at one input shape. `in_place`: y may lie where x was.
struct requirements {
  shape output{};
  index saved = 0;               ///< elements written by forward and read by backward
  index workspace_forward = 0;   ///< elements
  index workspace_backward = 0;  ///< elements
  bool reads_input = false;      ///< backward reads x again
  bool reads_output = false;     ///< backward reads y again
  bool in_place = false;
  ssl::reach reach = ssl::reach::sample;
  index mask = 0;                   ///< integers that the layer reads of the mask wire given to its network
  bool works_without_mask = false;  ///< it may also be given none
  int parameters = 0;
  block_request parameter[blocks_per_operation] = {};
  int buffers = 0;
  block_request buffer[blocks_per_operation] = {};
};

/// The tensors of one operation, before offsets are known.
struct op_tensors {
  int x = -1, y = -1, x2 = -1, gx = -1, gy = -1, gx2 = -1, gy2 = -1, saved = -1, workspace_forward = -1, workspace_backward = -1;
  index parameter[blocks_per_operation] = {};
  index buffer[blocks_per_operation] = {};
  int path = 0;
};

/// Notes what a step does. Ordinary constexpr code; it runs in the compiler only.
class recorder {
 public:
  // --- tensors and time ---------------------------------------------------------------------------------------------

  constexpr int new_tensor(index elements) {
    if (tensors == max_tensors) return overflow = true, 0;
    tensor[tensors].elements = round_up(elements, block_elements);
    return tensors++;
  }
  constexpr void touch(int id, int time) {
    if (id < 0) return;
    tensor_record& t = tensor[id];
    if (time < t.first) t.first = time;
    if (time > t.last) t.last = time;
    if (t.target >= 0) touch(t.target, time);
  }
  /// Uses of a tensor in the backward passes of operation `op`.
  constexpr void touch_backward(int id, int op) {
    for (int pass = 0; pass < passes; ++pass) touch(id, backward_time(pass, op));
  }
  constexpr value new_value(shape extents, bool wants_gradient) {
    index const elements = extents.elements();
    return {extents, new_tensor(elements), wants_gradient ? new_tensor(elements) : -1, false};
  }

  // --- operations -----------------------------------------------------------------------------------------------------

  constexpr int new_operation() {
    if (operations == max_operations) return overflow = true, 0;
    op[operations].path = path;
    return operations++;
  }

  /// Records an operation with one input. `differentiable`: its parameters or its input want gradients.
  constexpr value apply(requirements const& r, value in) {
    int const k = new_operation();
    op_tensors& o = op[k];
    for (int i = 0; i < r.parameters; ++i) o.parameter[i] = add_block(parameter, parameters, parameter_elements, r.parameter[i]);
    for (int i = 0; i < r.buffers; ++i) o.buffer[i] = add_block(buffer, buffers, buffer_elements, r.buffer[i]);
    bool const backward = keeps && (in.wants_gradient() || differentiable_weights);
    if (r.reach > sees) reaches_too_far = true;
    mask_read = mask_read || r.mask > 0;
    if (r.mask > 0 && r.mask != mask_given && !(r.works_without_mask && mask_given == 0)) mask_misfits = true;

    bool const reuse = r.in_place && in.overwritable && !(backward && r.reads_input) && r.output.elements() == in.extents.elements();
    value out{r.output, reuse ? in.data : new_tensor(r.output.elements()), backward ? new_tensor(r.output.elements()) : -1,
              !(backward && r.reads_output)};
    o.x = in.data, o.y = out.data;
    touch(o.x, k), touch(o.y, k);
    if (r.workspace_forward > 0) touch(o.workspace_forward = new_tensor(r.workspace_forward), k);
    if (!backward) return out;

    o.gx = in.grad, o.gy = out.grad;
    touch_backward(o.gx, k), touch_backward(o.gy, k);
    if (r.saved > 0) touch(o.saved = new_tensor(r.saved), k), touch_backward(o.saved, k);
    if (r.workspace_backward > 0) touch_backward(o.workspace_backward = new_tensor(r.workspace_backward), k);
    if (r.reads_input) touch_backward(o.x, k);
    if (r.reads_output) touch_backward(o.y, k);
    return out;
  }

  /// Two uses of one value. Forward does nothing; backward adds the gradients of both uses.
  constexpr void fork(value in, value& first, value& second) {
    int const k = new_operation();
    first = second = {in.extents, in.data, -1, false};
    touch(in.data, k);
    if (!in.wants_gradient()) return;
    first.grad = new_tensor(in.extents.elements()), second.grad = new_tensor(in.extents.elements());
    op_tensors& o = op[k];
    o.gx = in.grad, o.gy = first.grad, o.gy2 = second.grad;
    touch_backward(o.gx, k), touch_backward(o.gy, k), touch_backward(o.gy2, k);
  }

  /// y = a + b. Both arms read the gradient of the sum where it lies, so backward does nothing.
  constexpr value add(value a, value b, int k) {
    op_tensors& o = op[k];
    bool const backward = keeps && (a.wants_gradient() || b.wants_gradient());
    value out{a.extents, a.overwritable ? a.data : new_tensor(a.extents.elements()), -1, true};
    o.x = a.data, o.x2 = b.data, o.y = out.data;
    touch(o.x, k), touch(o.x2, k), touch(o.y, k);
    if (!backward) return out;
    out.grad = new_tensor(a.extents.elements());
    touch_backward(out.grad, k);
    alias(a.grad, out.grad), alias(b.grad, out.grad);
    return out;
  }

  /// Two inputs stacked along the batch; backward writes each input's part of the gradient.
  constexpr value stack(value a, value b) {
    int const k = new_operation();
    op_tensors& o = op[k];
    bool const backward = keeps && (a.wants_gradient() || b.wants_gradient());
    value out = new_value(a.extents.with_batch(a.extents.n + b.extents.n), backward);
    out.overwritable = true;
    o.x = a.data, o.x2 = b.data, o.y = out.data, o.gx = a.grad, o.gx2 = b.grad, o.gy = out.grad;
    touch(o.x, k), touch(o.x2, k), touch(o.y, k);
    touch_backward(o.gx, k), touch_backward(o.gx2, k), touch_backward(o.gy, k);
    return out;
  }

  /// Makes `id` another name of `target`: the same place, and uses of one are uses of the other.
  constexpr void alias(int id, int target, index stride = 0, int phase = 0, int mask = 0, index target_at = 0) {
    if (id < 0 || id == target) return;
    tensor_record& t = tensor[id];
    if (t.target >= 0) overflow = true;  // one tensor cannot lie in two places: a repeat at the end of a residual's arm
    t.target = target, t.stride = stride, t.phase = phase, t.mask = mask, t.target_at = target_at;
    if (t.last != tensor_record::never) touch(target, t.first), touch(target, t.last);
  }

  // --- names and blocks -------------------------------------------------------------------------------------------------

  /// Goes one name deeper; returns what to hand to `leave`. An empty label adds nothing.
  constexpr int enter(char const* label) { return *label == '\0' ? path : enter_node({path, label}); }
  /// The same for a block of a repeat, whose name is the number of its iteration.
  constexpr int enter_iteration() { return enter_node({.parent = path, .is_iteration = true}); }
  constexpr void leave(int before) { path = before; }

  constexpr index add_block(block_record* table, int& count, index& elements, block_request const& request) {
    if (count == max_blocks) return overflow = true, 0;
    block_record& b = table[count++];
    int const outside = enter(request.label);
    b.path = path;
    leave(outside);
    b.offset = elements;
    b.rank = request.rank, b.initial = request.initial, b.kind = request.kind, b.frozen = frozen;
    b.layer = open_layers > 0 || layers == 0 ? layers : layers + 1;
    for (int i = 0; i < 4; ++i) b.extents[i] = request.extents[i];
    elements += round_up(request.elements(), block_elements);
    return b.offset;
  }

  /// Begins a layer, or several equal ones of which the first is recorded; false inside another layer, where none is counted.
  constexpr bool enter_layer() { return open_layers++ == 0 ? ++layers > 0 : false; }
  constexpr void leave_layer(int count = 1) {
    if (--open_layers == 0) layers += count - 1;
  }

  constexpr int enter_node(path_record const& node) {
    int const before = path;
    if (paths == max_paths) return overflow = true, before;
    path_node[paths] = node;
    path = paths++;
    return before;
  }

  // --- state, public because the composites and the graph drive it ------------------------------------------------------

  int passes = 1;                      ///< backward passes of the step
  bool keeps = true;                   ///< a backward pass follows
  bool differentiable_weights = true;  ///< parameters of what is being recorded want gradients
  bool frozen = false;                 ///< ... never move
  bool overflow = false;
  index mask_given = 0;                ///< integers of the mask wire that the network being recorded is given
  bool mask_misfits = false;           ///< a layer wants another number of them
  reach sees = reach::batch;           ///< the largest part of the batch of which the network being recorded sees all at once
  bool reaches_too_far = false;        ///< a layer wants to see more
  bool mask_read = false;              ///< a layer of that network reads them
  bool skips_samples = false;          ///< a branch of it computes only some samples of the batch
  int path = 0;
  int layers = 0;       ///< begun so far, as parameter_traits counts them
  int open_layers = 0;  ///< entered and not left

  int paths = 1;  ///< node 0 is the root
  int tensors = 0;
  int operations = 0;
  int parameters = 0;
  int buffers = 0;
  index parameter_elements = 0;
  index buffer_elements = 0;
  path_record path_node[max_paths] = {};
  tensor_record tensor[max_tensors] = {};
  op_tensors op[max_operations] = {};
  block_record parameter[max_blocks] = {};
  block_record buffer[max_blocks] = {};
};

namespace detail {

/// Sorts numbers by a key; equal keys keep their order. The scratch has the length of the numbers.
template <class Key>
constexpr void merge_sort(int* number, int* scratch, int count, Key key) {
  for (int width = 1; width < count; width *= 2) {
    for (int begin = 0; begin < count; begin += 2 * width) {
      int const middle = begin + width < count ? begin + width : count, end = begin + 2 * width < count ? begin + 2 * width : count;
      for (int left = begin, right = middle, to = begin; to < end; ++to)
        scratch[to] = right >= end || (left < middle && key(number[left]) <= key(number[right])) ? number[left++] : number[right++];
    }
    for (int i = 0; i < count; ++i) number[i] = scratch[i];
  }
}

}  // namespace detail

/// Gives every tensor its offset: in order of first use, the lowest place that is free then. Returns the size of the arena in
/// elements. Takes the compiler about count * log(count) steps.
constexpr index place_tensors(tensor_record* tensor, int count) {
  int by_first[max_tensors] = {}, by_last[max_tensors] = {}, scratch[max_tensors] = {};
  int roots = 0;
  for (int i = 0; i < count; ++i)
    if (tensor[i].target < 0 && tensor[i].last != tensor_record::never) by_first[roots] = by_last[roots] = i, ++roots;
  detail::merge_sort(by_first, scratch, roots, [tensor](int i) { return tensor[i].first; });
  detail::merge_sort(by_last, scratch, roots, [tensor](int i) { return tensor[i].last; });

  detail::free_places<max_tensors> free;
  for (int i = 0, expired = 0; i < roots; ++i) {
    tensor_record& t = tensor[by_first[i]];
    for (; tensor[by_last[expired]].last < t.first; ++expired) free.give_back(tensor[by_last[expired]].offset, tensor[by_last[expired]].elements);
    t.offset = free.take(t.elements);
  }
  return free.peak();
}

/// The place of a tensor once offsets are known.
constexpr slot place_of(tensor_record const* tensor, int id) {
  if (id < 0) return {};
  slot s{0, tensor[id].stride, tensor[id].phase, tensor[id].mask, tensor[id].per_sample};
  while (tensor[id].target >= 0) {
    s.offset += tensor[id].target_at;
    id = tensor[id].target;
    if (s.stride == 0) s.stride = tensor[id].stride, s.phase = tensor[id].phase, s.mask = tensor[id].mask;
    if (s.per_sample == 0) s.per_sample = tensor[id].per_sample;
  }
  s.offset += tensor[id].offset;
  return s;
}

constexpr op_record resolve(tensor_record const* tensor, op_tensors const& o) {
  op_record r;
  r.x = place_of(tensor, o.x), r.y = place_of(tensor, o.y), r.x2 = place_of(tensor, o.x2);
  r.gx = place_of(tensor, o.gx), r.gy = place_of(tensor, o.gy);
  r.gx2 = place_of(tensor, o.gx2), r.gy2 = place_of(tensor, o.gy2);
  r.saved = place_of(tensor, o.saved);
  r.workspace_forward = place_of(tensor, o.workspace_forward), r.workspace_backward = place_of(tensor, o.workspace_backward);
  for (int i = 0; i < blocks_per_operation; ++i) r.parameter[i] = o.parameter[i], r.buffer[i] = o.buffer[i];
  return r;
}

}  // namespace ssl
