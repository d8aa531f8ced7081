// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The fast host backend, for host compilers. Link pretext::cpu, or pretext::cpu_compiled for short builds.

#include "ssl/core/host_only.hpp"

#include "ssl/backends/cpu/cpu.hpp"
