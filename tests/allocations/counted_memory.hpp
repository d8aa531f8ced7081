// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Requests for memory by any thread of this program: malloc, calloc, realloc, the aligned forms, mmap, and so operator new.
namespace counted_memory {

/// False where another tool has replaced the functions (sanitizers) or the C library is not glibc; then nothing is counted.
bool works();
/// From here on requests count.
void start();
/// How many there were since start(), and the name of the first; stops counting.
struct result {
  long requests = 0;
  char const* first = "";
};
result stop();

}  // namespace counted_memory
