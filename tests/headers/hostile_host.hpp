// SPDX-License-Identifier: Apache-2.0
// The same for headers outside the portable zone, less the names that their own dependencies use.
#pragma once
#include "hostile_portable.hpp"

#undef Success  // Eigen
