// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/compose/sequential.hpp"
#include "ssl/ops/arithmetic.hpp"

namespace ssl::layers {

/// What backward reads again of a repeated block: kept from the forward pass, or made again from the block's input.
enum class activations { kept, recomputed };

/// The same block `Times` times, each time with its own parameters: "0.attn.qkv.weight", "1.attn.qkv.weight", ...
///
/// Only one block is planned and compiled, so compile time and symbols do not depend on the depth. What backward reads again is
/// kept per iteration, `Times` strided places; everything else is shared by all iterations. The value carried from block to
/// block stands in Times + 1 places while a backward pass needs it, else in two that alternate; the input is copied to the first.
/// The block must keep its input's shape (E102) and must not hold another repeat.
///
/// Recomputed: what is kept per iteration is the block's input alone, and backward runs every block but the last forward once more.
/// The memory of a step then grows by one value a block, and its time by about a third; the bits are the same. A step of several
/// phases, whose backward pass may come after its weights moved, cannot recompute (E120).
template <int Times, class Block, activations Activations = activations::kept>
struct repeat {
  static constexpr int operations = 1 + Block::operations;  // the copy of the input, and one block
  static constexpr int times = Times;
  static constexpr bool recomputed = Activations == activations::recomputed;

  static constexpr shape output(shape in) { return in; }
  static constexpr verdict check(shape in) {
    if (Times < 1) return {.valid = false, .in = in};
    if (verdict const v = Block::check(in); !v.ok()) return v.inside(0);
    return {.accepted = Block::output(in) == in, .in = Block::output(in)};
  }

  template <class Env>
  static constexpr value record(recorder& r, value in) {
    index const stride = round_up(in.extents.elements(), block_elements);
    bool const backward = r.keeps && (in.wants_gradient() || r.differentiable_weights);
    int const data_mask = backward ? -1 : 1;
    int const carried = r.new_tensor(stride * (backward ? Times + 1 : 2));
    int const carried_gradient = backward ? r.new_tensor(stride * 2) : -1;
    if (backward && recomputed && r.passes > 1) r.overflow = true;

    int const copy = r.new_operation();
    value v{in.extents, r.new_tensor(stride), backward ? r.new_tensor(stride) : -1, false};
    r.alias(v.data, carried, stride, 0, data_mask);
    r.alias(v.grad, carried_gradient, stride, 0, 1);
    op_tensors& o = r.op[copy];
    o.x = in.data, o.y = v.data, o.gx = in.grad, o.gy = v.grad;
    r.touch(o.x, copy), r.touch(o.y, copy);
    if (backward) r.touch_backward(o.gx, copy), r.touch_backward(o.gy, copy);

    v = record_block<Env>(r, v, backward);
    int const last = r.operations - 1;
    r.alias(v.data, carried, stride, 1, data_mask);
    r.alias(v.grad, carried_gradient, stride, 1, 1);
    for (int id : {carried, carried_gradient}) {  // every iteration runs between the first and the last operation of the block
      if (id < 0) continue;
      if (id == carried) r.touch(id, copy), r.touch(id, last);
      if (backward) r.touch_backward(id, copy), r.touch_backward(id, last);
    }
    // Outside, the value is a fixed place: where the last iteration left it.
    value out{in.extents, r.new_tensor(stride), backward ? r.new_tensor(stride) : -1, false};
    r.alias(out.data, carried, 0, 0, 0, stride * (Times & data_mask));
    r.alias(out.grad, carried_gradient, 0, 0, 0, stride * (Times & 1));
    return out;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;

    /// Elements of parameters and of buffers between one iteration and the next.
    struct strides {
      index parameter, buffer;
    };
    static constexpr strides stride = [] {
      recorder r;
      Block::template record<Env>(r, r.new_value(In, false));
      return strides{r.parameter_elements, r.buffer_elements};
    }();

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, In.rows(), In.c, ops::copy_cell<T>{f.at(op->x), f.at(op->y), In.c});
      for (int i = 0; i < Times; ++i) ssl::forward<Block, In, Env>(c, iteration(f, i), op + 1);
    }
    static void backward(context& c, frame<T> const& f, op_record const* op) {
      for (int i = Times - 1; i >= 0; --i) {
        if constexpr (recomputed)
          if (i + 1 < Times) ssl::forward<Block, In, Env>(c, iteration(f, i).again(), op + 1);  // those of the last block are still there
        ssl::backward<Block, In, Env>(c, iteration(f, i), op + 1);
      }
      if (op->gx.exists()) backend::map2d(c, In.rows(), In.c, ops::copy_cell<T>{f.at(op->gy), f.at(op->gx), In.c});
    }

   private:
    static frame<T> iteration(frame<T> f, int i) {
      f.iteration = i, f.iterations = Times;
      f.parameters += i * stride.parameter;
      if (f.gradients != nullptr) f.gradients += i * stride.parameter;
      f.buffers += i * stride.buffer;
      return f;
    }
  };

 private:
  /// Records one block and multiplies what belongs to each iteration: blocks of parameters, and tensors kept for backward.
  template <class Env>
  static constexpr value record_block(recorder& r, value v, bool backward) {
    int const first_tensor = r.tensors, first_parameter = r.parameters, first_buffer = r.buffers, copy = r.operations - 1;
    index const parameters_before = r.parameter_elements, buffers_before = r.buffer_elements;
    int const outside = r.enter_iteration();
    int const layers_per_iteration = r.enter_layer() ? 1 : 0;
    v = Block::template record<Env>(r, v);
    r.leave_layer(Times);
    r.leave(outside);
    auto multiply = [layers_per_iteration](block_record* table, int from, int to, index& elements, index before) {
      index const stride = elements - before;
      for (int i = from; i < to; ++i)
        table[i].times = Times, table[i].stride = stride, table[i].layers_per_iteration = layers_per_iteration;
      elements = before + Times * stride;
    };
    multiply(r.parameter, first_parameter, r.parameters, r.parameter_elements, parameters_before);
    multiply(r.buffer, first_buffer, r.buffers, r.buffer_elements, buffers_before);
    for (int i = first_tensor; i < r.tensors; ++i) {
      tensor_record& t = r.tensor[i];
      bool const read_again = t.last >= pass_length;
      if (t.target >= 0 || t.first >= pass_length || !(recomputed ? backward : read_again)) continue;
      if (!recomputed) t.stride = t.elements, t.mask = -1, t.elements *= Times;
      r.touch(i, copy), r.touch_backward(i, copy);  // in use while any operation of the block runs, since other iterations are, too
    }
    return v;
  }
};

}  // namespace ssl::layers
