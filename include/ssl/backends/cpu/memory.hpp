// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstdlib>
#include <new>

#include "ssl/backends/host_memory.hpp"

namespace ssl::backends {

/// Host memory whose large blocks are asked to lie on huge pages: a step passes over an arena many times, and 3 to 5 % of its time went
/// to translating addresses. A block stays with its owner until it is released, so steps give nothing back to the system.
struct cpu_memory : host_memory {
  template <class Context>
  static void* allocate(Context&, index bytes) {
    constexpr std::size_t cache_line = 64, huge_page = std::size_t{2} << 20;
    auto const wanted = static_cast<std::size_t>(bytes);
    std::size_t const alignment = wanted < 2 * huge_page ? cache_line : huge_page;
    std::size_t const size = (wanted + alignment - (wanted > 0)) / alignment * alignment;  // of nothing, one unit
    void* const memory = std::aligned_alloc(alignment, size);
    if (memory == nullptr) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
    if (alignment == huge_page) madvise(memory, size, MADV_HUGEPAGE);  // a wish: where it is refused, small pages serve
#endif
    return memory;
  }
  template <class Context>
  static void release(Context&, void* memory) {
    std::free(memory);
  }
};

}  // namespace ssl::backends
