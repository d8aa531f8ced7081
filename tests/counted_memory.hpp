// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Requests for memory by any thread of this program: malloc, calloc, realloc, the aligned forms, mmap, and so operator new.
namespace counted_memory {

/// False where another tool has replaced the functions (sanitizers) or the C library is not glibc; then nothing is counted.
bool works();

/// How many requests there were, and the name of the first.
struct result {
  long requests = 0;
  char const* first = "";
};

/// From start() to stop() requests count.
void start();
result stop();

/// What is asked for while f() runs.
template <class F>
result during(F&& f) {
  start();
  f();
  return stop();
}

}  // namespace counted_memory
