// SPDX-License-Identifier: Apache-2.0
#include "unit/backends/cpu/allocation_count.hpp"

#include <cstdlib>

#include "sanitized.hpp"

#if defined(PRETEXT_TEST_SANITIZED) || !defined(__GLIBC__)
std::atomic<long> heap_calls = -1;
#else
std::atomic<long> heap_calls = 0;

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) { return ++heap_calls, __libc_malloc(bytes); }
void* calloc(std::size_t count, std::size_t bytes) { return ++heap_calls, __libc_calloc(count, bytes); }
void* realloc(void* memory, std::size_t bytes) { return ++heap_calls, __libc_realloc(memory, bytes); }
void* aligned_alloc(std::size_t alignment, std::size_t bytes) { return ++heap_calls, __libc_memalign(alignment, bytes); }
}
#endif
