// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ssl/core/macros.hpp"
#include "ssl/core/philox.hpp"
#include "ssl/core/shape.hpp"

namespace ssl {

/// Where a tensor lies in the arena. Inside a `repeat` the place may depend on the iteration i, and where a network sees the
/// batch in chunks on the first sample s of the chunk: offset + stride * ((i + phase) & mask) + per_sample * s.
struct slot {
  index offset = -1;  ///< -1: there is no such tensor
  index stride = 0;
  int phase = 0;
  int mask = 0;
  index per_sample = 0;  ///< elements of a sample, where the tensor is of the whole batch and the operation of a chunk

  constexpr bool exists() const { return offset >= 0; }
  constexpr index at(int iteration, index first_sample = 0) const {
    return offset + stride * ((iteration + phase) & mask) + per_sample * first_sample;
  }
};

inline constexpr int blocks_per_operation = 4;

/// What the code of one operation reads at run time: an entry of the plan's constexpr table.
struct op_record {
  slot x, y;            ///< input and output
  slot x2;              ///< second input of a two-armed operation
  slot gx, gy;          ///< gradients of input and output; gx does not exist where nobody needs it
  slot gx2, gy2;        ///< of the second input; of the second use of a forked value
  slot saved;           ///< written by forward, read by backward
  slot workspace_forward, workspace_backward;
  index parameter[blocks_per_operation] = {};  ///< offsets in the role's flat arrays
  index buffer[blocks_per_operation] = {};
};

/// Sees the output of every operation of a forward pass; for diagnosis only, where a virtual call costs nothing.
struct output_observer {
  virtual void see(op_record const* op, int iteration, void const* y, shape extents) = 0;

 protected:
  ~output_observer() = default;
};

/// What the random draws of a pass are a function of, besides the operation and the sample.
struct pass_randomness {
  std::uint64_t seed = 0;  ///< of the run
  index batch = 0;         ///< batches before it: steps, or the micro-batches of all steps
  op_record const* first = nullptr;  ///< the table of operations: an operation's number is its place in it
};

/// What the pointers of one pass through a network are: the arena, and the flat arrays of the role.
template <class T>
struct frame {
  T* arena = nullptr;
  T const* parameters = nullptr;
  T* gradients = nullptr;
  T* buffers = nullptr;
  int iteration = 0;
  int iterations = 1;  ///< of the enclosing repeat
  index first_sample = 0;  ///< of the chunk that the network sees, in the batch
  std::int32_t const* mask = nullptr;  ///< mask wire given to the network, from first_sample on; else nullptr
  index mask_elements = 0;             ///< integers of that wire, of the chunk's samples
  pass_randomness randomness{};
  T drop_path_rate = 0;                ///< option of the network: the largest share of samples that a layers::drop_path takes out
  T calibration_rate = 0;              ///< execution_mode::calibration: share of this batch in the running statistics
  bool recomputes = false;             ///< a forward pass that only makes again what backward reads: running statistics stay
  output_observer* observer = nullptr; ///< used where execution::observed is set

  /// The same pass once more, to make again what backward reads.
  frame again() const {
    frame f = *this;
    f.recomputes = true;
    return f;
  }
  PRETEXT_NOINLINE T* at(slot const& s) const { return s.exists() ? arena + s.at(iteration, first_sample) : nullptr; }
  PRETEXT_NOINLINE void show(op_record const* op, shape output) const { observer->see(op, iteration, at(op->y), output); }
  T const* parameter(op_record const* op, int which) const { return parameters + op->parameter[which]; }
  T* gradient(op_record const* op, int which) const { return gradients + op->parameter[which]; }
  T* buffer(op_record const* op, int which) const { return buffers + op->buffer[which]; }
  /// The stream of one operation in this pass, at the first sample; the caller counts on. Augmentations, which draw by the same seed, never
  /// meet it.
  draw_key draws_of(op_record const* op) const {
    constexpr std::uint64_t networks = 0x6e6574776f726b73u;
    return {.seed = randomness.seed ^ networks, .epoch = static_cast<std::uint32_t>(randomness.batch),
            .sample = static_cast<std::uint32_t>(first_sample), .view = static_cast<std::uint16_t>(iteration), .operation = static_cast<std::uint16_t>(op - randomness.first)};
  }
};

/// training: batch statistics, kept for backward. evaluation: running statistics.
/// calibration: batch statistics, which also replace the running ones by their average over the calls.
enum class execution_mode { training, evaluation, calibration };

struct execution {
  execution_mode mode = execution_mode::training;
  int statistics_groups = 1;    ///< batch statistics over the whole batch (1) or over each of so many equal parts
  bool updates_weights = true;  ///< false: backward passes through without accumulating gradients of parameters
  bool observed = false;        ///< true: the executor reports every operation's output (diagnosis only)
  bool drops_samples = true;    ///< false: the moving average of a network that does; its branches compute every sample
};

/// Everything that layers are bound to besides their input's shape.
template <class Backend, class Scalar, execution Execution = execution{}>
struct environment {
  using backend = Backend;
  using context = typename Backend::context;
  using scalar = Scalar;
  static constexpr execution how = Execution;
  static constexpr bool keeps_for_backward = Execution.mode == execution_mode::training;

  /// The same without observation: what primitives are bound to, so that they are instantiated once.
  using plain = environment<Backend, Scalar, execution{Execution.mode, Execution.statistics_groups, Execution.updates_weights, false}>;
};

}  // namespace ssl
