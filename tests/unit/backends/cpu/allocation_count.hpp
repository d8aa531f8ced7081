// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

/// Calls of malloc, calloc, realloc and aligned_alloc by this program so far, those of its libraries and of all threads included; below
/// zero where they cannot be counted.
extern std::atomic<long> heap_calls;
