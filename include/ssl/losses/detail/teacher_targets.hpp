// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/ops/prototypes.hpp"

namespace ssl::losses {

/// How a teacher's logits become targets.
enum class teacher_targets {
  centred,  ///< softmax of (logits - centre) / temperature: DINO
  balanced  ///< Sinkhorn-Knopp over all rows: DINOv2
};

namespace detail {

/// Targets of the rows of y; with row weights (null: all rows), balanced ones only of rows whose weight is not 0.
///
/// Shapes  y, probability: (rows, classes); centre: (classes), unless balanced; scratch: rows + classes
template <teacher_targets Targets, class Backend, class T>
void make_targets(typename Backend::context& c, index rows, index classes, T const* y, T const* centre, double temperature,
                  int iterations, T const* row_weight, T* probability, T* scratch) {
  Backend::map2d(c, rows, classes, ops::centred_logit_cell<T>{y, centre, probability, classes, static_cast<T>(1 / temperature)});
  if constexpr (Targets == teacher_targets::centred) {
    ops::softmax_rows<Backend, T>(c, rows, classes, probability, probability, scratch);
  } else {
    if (row_weight != nullptr) Backend::map2d(c, rows, classes, ops::leave_out_cell<T>{probability, row_weight, classes});
    ops::sinkhorn_knopp<Backend>(c, rows, classes, iterations, probability, scratch);
  }
}

}  // namespace detail
}  // namespace ssl::losses
