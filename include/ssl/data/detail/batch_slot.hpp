// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>
#include <exception>
#include <span>
#include <vector>

#include "ssl/augmentations/concepts.hpp"

namespace ssl::data {

/// A batch, and which images it was made of: `p.step(batches.next())`.
struct batch_buffers : batch_input {
  std::span<std::uint32_t const> samples;  ///< (N), indices in the data set
  std::uint32_t epoch = 0;
  index step = 0;  ///< in the epoch
};

namespace detail {

/// The memory of one batch and how far it is filled. Aligned to 64 bytes, in two blocks that never grow.
class batch_slot {
 public:
  batch_slot(augmentations::view_layout const& layout, int batch) : samples(static_cast<std::size_t>(batch)) {
    using extents = index[batch_buffers::capacity];
    extents views = {}, labels = {}, masks = {};
    for (int g = 0; g < layout.groups; ++g) views[g] = index{layout.group[g].views} * batch * layout.group[g].size.elements();
    for (int w = 0; w < layout.label_wires; ++w) labels[w] = index{layout.labels[w]} * batch;
    for (int w = 0; w < layout.mask_wires; ++w) masks[w] = index{layout.mask[w].views} * batch * layout.mask[w].size.elements();

    out.batch = batch;
    index float_blocks = 0, integer_blocks = 0;
    for (index v : views) float_blocks += blocks(v);
    for (index v : labels) integer_blocks += blocks(v);
    for (index v : masks) integer_blocks += blocks(v);
    floats_.resize(static_cast<std::size_t>(float_blocks));
    integers_.resize(static_cast<std::size_t>(integer_blocks));

    block<float>* next_floats = floats_.data();
    block<std::int32_t>* next_integers = integers_.data();
    for (int k = 0; k < batch_buffers::capacity; ++k) {
      buffers.views[k] = out.views[k] = place(next_floats, views[k]);
      buffers.labels[k] = out.labels[k] = place(next_integers, labels[k]);
      buffers.masks[k] = out.masks[k] = place(next_integers, masks[k]);
    }
    buffers.samples = samples;
  }
  batch_slot(batch_slot&&) = default;

  batch_buffers buffers;
  augmentations::sample_output out;  // the same places, to be written
  std::vector<std::uint32_t> samples;
  int missing = 0;           // images that are not filled yet
  int failed_position = -1;  // the first image in the batch that failed, and how
  std::exception_ptr failure;

 private:
  template <class T>
  struct alignas(64) block {
    T element[block_elements];
  };
  static constexpr index blocks(index count) { return round_up(count, block_elements) / block_elements; }
  template <class T>
  static T* place(block<T>*& next, index count) {
    if (count == 0) return nullptr;
    T* const begin = reinterpret_cast<T*>(next);
    next += blocks(count);
    return begin;
  }

  std::vector<block<float>> floats_;
  std::vector<block<std::int32_t>> integers_;
};

}  // namespace detail
}  // namespace ssl::data
