// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
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

/// Zeros for the gradients of all inputs but the first, the student's: nothing flows to a teacher.
///
/// Shapes  elements: of each input; those of integers, which have no gradient, are not read
template <class Backend, class T, int Inputs>
void stop_at_student(typename Backend::context& c, loss_arguments<T, Inputs> const& a, index const (&elements)[Inputs]) {
  for (int i = 1; i < Inputs; ++i)
    if (a.gx[i] != nullptr) Backend::map2d(c, 1, elements[i], ops::fill_cell<T>{a.gx[i], elements[i], T(0)});
}

}  // namespace detail
}  // namespace ssl::losses
