// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

/// \file
/// Names for what a pipeline and a frozen encoder hold, as others read and write it.
namespace ssl {

/// The arrays of a pipeline that outlive a step.
enum class array { parameters, gradients, slots, averages, buffers, average_buffers, states };

/// The flat arrays of an encoder by itself; frozen_encoder::blocks says what lies where.
template <class T>
struct encoder_weights {
  std::vector<T> parameters;
  std::vector<T> buffers;
};

/// Blocks that an optimizer moves, and blocks that layers keep up to date (running statistics).
enum class block_set { parameters, buffers };

/// Which of the micro-batches that make one step together.
struct micro_batch {
  int part = 0;  ///< 0, 1, ..., of - 1, in this order
  int of = 1;
};

/// One term of an objective in a step.
struct loss_term {
  char const* name = "";
  double value = 0;
  double weight = 1;
  int phase = 0;
};

}  // namespace ssl
