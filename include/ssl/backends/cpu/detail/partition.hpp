// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/core/shape.hpp"

/// Arithmetic of cutting extents into parts.
namespace ssl::backends::cpu_kernels {

constexpr index smaller(index a, index b) { return a < b ? a : b; }
constexpr index larger(index a, index b) { return a < b ? b : a; }
constexpr index parts(index value, index size) { return (value + size - 1) / size; }

}  // namespace ssl::backends::cpu_kernels
