// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

/// Allocations by this program so far; below zero where they cannot be counted.
extern std::atomic<long> allocations;
