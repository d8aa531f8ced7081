// SPDX-License-Identifier: Apache-2.0
#include "counted_memory.hpp"

#include <atomic>
#include <cstdlib>

// Sanitizers bring functions of their own for memory.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define PRETEXT_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define PRETEXT_TEST_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(PRETEXT_TEST_SANITIZED)

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace {

std::atomic<bool> counting = false;
std::atomic<long> requests = 0;
std::atomic<char const*> first = nullptr;

void note(char const* function) {
  if (!counting.load(std::memory_order_relaxed)) return;
  char const* none = nullptr;
  first.compare_exchange_strong(none, function);
  ++requests;
}

}  // namespace

// The linker takes these in the place of glibc's, in every library of the program; operator new calls malloc or aligned_alloc.
extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
  note("malloc");
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  note("calloc");
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  note("realloc");
  return __libc_realloc(memory, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  note("aligned_alloc");
  return __libc_memalign(alignment, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  note("memalign");
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  note("posix_memalign");
  *memory = __libc_memalign(alignment, bytes);
  return *memory != nullptr ? 0 : ENOMEM;
}
void* mmap(void* address, std::size_t bytes, int protection, int flags, int file, off_t offset) {
  note("mmap");
  return reinterpret_cast<void*>(syscall(SYS_mmap, address, bytes, protection, flags, file, offset));
}

}  // extern "C"

namespace counted_memory {

bool works() { return true; }
void start() {
  requests = 0;
  first = nullptr;
  counting = true;
}
result stop() {
  counting = false;
  char const* const name = first;
  return {requests, name != nullptr ? name : ""};
}

}  // namespace counted_memory

#else

namespace counted_memory {

bool works() { return false; }
void start() {}
result stop() { return {}; }

}  // namespace counted_memory

#endif
