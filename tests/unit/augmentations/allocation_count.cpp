// SPDX-License-Identifier: Apache-2.0
#include "unit/augmentations/allocation_count.hpp"

#include <cstdlib>
#include <new>

#include "sanitized.hpp"

#if defined(PRETEXT_TEST_SANITIZED)
std::atomic<long> allocations = -1;
#else
std::atomic<long> allocations = 0;

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
