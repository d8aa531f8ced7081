// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// For CUDA sources (.cu): the portable library, and the Thrust backend with its CUDA system, `ssl::backends::thrust_on<cuda_system>`.
/// Data, training, evaluation and files are host code: they go into a .cpp file, see <ssl/core/host_only.hpp>.

#include "ssl/backends/thrust/thrust.hpp"
#include "ssl/ssl.hpp"
