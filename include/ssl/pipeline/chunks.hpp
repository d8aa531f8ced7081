// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include "ssl/layers/layer.hpp"

namespace ssl {

/// Records a network that sees its batch in equal chunks, one after the other.
///
/// Input and output are of the whole batch. Everything between lies in one block with a plan of its own, which every chunk uses
/// again: a forward pass leaves it with what the last chunk keeps, and a backward pass, from the last chunk to the first, runs
/// every other one forward once more. So the block lives from the first use to the last, and the network's input, too.
template <class Network, class Env>
constexpr value record_in_chunks(recorder& r, value in, int chunks) {
  if (chunks == 1) return Network::template record<Env>(r, in);
  bool const backward = r.keeps && (in.wants_gradient() || r.differentiable_weights);
  shape const chunk = in.extents.with_batch(in.extents.n / chunks);
  value const out = r.new_value(Network::output(chunk).with_batch(in.extents.n), backward);
  auto part_of = [&r](int whole, int id, shape extents) {
    r.alias(id, whole);
    if (id >= 0) r.tensor[id].per_sample = extents.with_batch(1).elements();
  };

  int const first_tensor = r.tensors, first_operation = r.operations;
  value part = r.new_value(chunk, in.wants_gradient());
  part_of(in.data, part.data, chunk), part_of(in.grad, part.grad, chunk);
  r.mask_given /= chunks;
  part = Network::template record<Env>(r, part);
  r.mask_given *= chunks;
  part_of(out.data, part.data, part.extents), part_of(out.grad, part.grad, part.extents);

  if (r.overflow) return out;
  int const own = r.tensors - first_tensor, last_operation = r.operations - 1;
  int const block = r.new_tensor(place_tensors(r.tensor + first_tensor, own));
  for (int i = first_tensor; i < first_tensor + own; ++i)
    if (tensor_record const& t = r.tensor[i]; t.target < 0 && t.last != tensor_record::never)
      r.alias(i, block, t.stride, t.phase, t.mask, t.offset);
  for (int id : {block, in.data, out.data, in.grad, out.grad})
    for (int operation : {first_operation, last_operation}) {
      if (id != in.grad && id != out.grad) r.touch(id, operation);
      if (backward) r.touch_backward(id, operation);
    }
  return out;
}

}  // namespace ssl
