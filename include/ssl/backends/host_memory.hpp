// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <new>

#include "ssl/core/shape.hpp"

namespace ssl::backends {

/// Memory of a backend whose arrays live in host memory; such backends derive from it. Blocks are aligned to 64 bytes.
struct host_memory {
  template <class Context>
  static void* allocate(Context&, index bytes) {
    return ::operator new(static_cast<std::size_t>(bytes), std::align_val_t{64});
  }
  template <class Context>
  static void release(Context&, void* memory) {
    ::operator delete(memory, std::align_val_t{64});
  }
  /// Host memory to the backend's.
  template <class Context>
  static void copy_in(Context&, void* to, void const* from, index bytes) {
    copy(to, from, bytes);
  }
  /// The backend's memory to the host's; waits until all earlier work is done.
  template <class Context>
  static void copy_out(Context&, void* to, void const* from, index bytes) {
    copy(to, from, bytes);
  }

 private:
  /// An array without elements may have no address, which memcpy must not see.
  static void copy(void* to, void const* from, index bytes) {
    if (bytes > 0) std::memcpy(to, from, static_cast<std::size_t>(bytes));
  }
};

}  // namespace ssl::backends
