// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The one table of tolerances: largest difference from the reference in double, divided by the largest magnitude of the tensor.
namespace tolerance {

template <class T>
inline constexpr double relative = 1e-12;  // double: another order of summation

template <>
inline constexpr double relative<float> = 5e-5;  // sums of a few hundred terms, through a network of a few layers

}  // namespace tolerance
