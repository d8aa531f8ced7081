// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <omp.h>

#include <new>

#include "ssl/backends/cpu/detail/thread_team.hpp"
#include "ssl/core/fields.hpp"
#include "ssl/core/shape.hpp"

namespace ssl::backends {

struct cpu_options {
  int threads = 0;  ///< 0: all processors this process may use
  PRETEXT_FIELDS(threads)
};

/// Threads of the cpu backend and their scratch memory.
///
/// Everything is allocated here; no later call allocates. Results do not depend on the number of threads, to the last bit.
/// Requires  used by one thread at a time
/// Cost      scratch_bytes per thread, touched on first use
class cpu_context {
 public:
  static constexpr index scratch_bytes = index{5} << 18;

  cpu_context() : cpu_context(cpu_options{}) {}
  explicit cpu_context(cpu_options o) : threads_(o.threads > 0 ? o.threads : omp_get_num_procs()), team_(threads_) {
    scratch_ = static_cast<char*>(
        ::operator new(static_cast<std::size_t>(scratch_bytes) * static_cast<std::size_t>(threads_), alignment));
  }
  ~cpu_context() { ::operator delete(scratch_, alignment); }
  cpu_context(cpu_context const&) = delete;
  cpu_context& operator=(cpu_context const&) = delete;

  int threads() const { return threads_; }

  /// Scratch of one slot: what `parallel` passes to f, or 0 outside of it.
  template <class T>
  T* scratch(int slot = 0) const {
    return reinterpret_cast<T*>(scratch_ + scratch_bytes * slot);
  }

  /// f(i) or f(i, slot) for i in [0, tasks), in any order, on all threads; calls that run at the same time have different slots
  /// in [0, threads()). f must not throw.
  template <class F>
  void parallel(index tasks, F const& f) const {
    team_.run(tasks, f);
  }

 private:
  static constexpr std::align_val_t alignment{64};
  int threads_;
  mutable thread_team team_;
  char* scratch_;
};

}  // namespace ssl::backends
