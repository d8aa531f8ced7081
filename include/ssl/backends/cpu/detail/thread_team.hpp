// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

namespace ssl::backends {

/// Threads that share out the tasks of one loop at a time. The caller works too, and waits only for tasks that somebody has begun:
/// a worker that the system does not let run holds nobody up, and finds the loop over when it comes (docs/decisions/0003).
///
/// Requires  run() is called by one thread at a time
/// Cost      allocates in its constructor alone. A worker without a loop looks out for one for some ten microseconds, then sleeps
class thread_team {
 public:
  /// `threads` with the caller's.
  explicit thread_team(int threads) {
    for (int slot = 1; slot < threads; ++slot) workers_.emplace_back([this, slot] { work(slot); });
  }
  ~thread_team() {
    gate_.store(finished, std::memory_order_release);
    gate_.notify_all();
    for (std::thread& w : workers_) w.join();
  }
  thread_team(thread_team const&) = delete;
  thread_team& operator=(thread_team const&) = delete;

  /// f(i) or f(i, slot) for i in [0, tasks), in any order; the caller's slot is 0, each worker has its own. f must not throw.
  template <class F>
  void run(index tasks, F const& f) {
    share_out(tasks, {&f, &call<F>});
  }

 private:
  /// What a loop does, without its type: a call through a pointer costs a task nothing, and its code is compiled once.
  struct task_body {
    void const* f = nullptr;
    void (*call)(void const* f, index i, int slot) = nullptr;
    void operator()(index i, int slot) const { call(f, i, slot); }
  };

  template <class F>
  static void call(void const* f, index i, int slot) {
    F const& task = *static_cast<F const*>(f);
    if constexpr (requires { task(i, slot); })
      task(i, slot);
    else
      task(i);
  }

  PRETEXT_NOINLINE void share_out(index tasks, task_body body) {
    if (workers_.empty() || tasks < 2) {
      for (index i = 0; i < tasks; ++i) body(i, 0);
      return;
    }
    body_ = body, tasks_ = tasks;
    next_.store(0, std::memory_order_relaxed);
    loops_ += one_loop;
    gate_.store(loops_ | open, std::memory_order_release);
    gate_.notify_all();
    take_tasks(0);
    gate_.fetch_and(~open, std::memory_order_relaxed);  // nobody enters any more
    for (int looks = 0; (gate_.load(std::memory_order_acquire) & inside) != 0; ++looks)
      looks < patience ? pause() : std::this_thread::yield();
  }

  // The gate is one word, so that entering and closing exclude each other: how many workers are inside, whether the loop is open, and
  // above them the number of the loop.
  static constexpr unsigned inside = 0xffff, open = 0x10000, finished = 0x20000, one_loop = 0x40000;
  static constexpr int patience = 1000;

  void take_tasks(int slot) {
    for (index i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < tasks_;) body_(i, slot);
  }

  void work(int slot) {
    for (unsigned gate = 0; (gate = behind(gate)) != finished;) {
      if (!enter(gate)) continue;
      take_tasks(slot);
      gate_.fetch_sub(1, std::memory_order_release);
    }
  }

  /// The gate, as soon as it shows another loop than the one seen.
  unsigned behind(unsigned seen) const {
    auto const old = [seen](unsigned gate) { return ((gate ^ seen) & ~(inside | open)) == 0 && gate != finished; };
    unsigned gate = gate_.load(std::memory_order_acquire);
    for (int looks = 0; old(gate); ++looks) {
      looks < patience ? pause() : gate_.wait(gate, std::memory_order_acquire);
      gate = gate_.load(std::memory_order_acquire);
    }
    return gate;
  }

  /// Goes inside, unless the loop is closed. `gate` is what was seen last.
  bool enter(unsigned& gate) {
    while ((gate & open) != 0)
      if (gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acquire, std::memory_order_acquire)) return true;
    return false;
  }

  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  alignas(64) std::atomic<unsigned> gate_{0};
  alignas(64) std::atomic<index> next_{0};
  alignas(64) task_body body_;  // these three: read inside, written when nobody is
  index tasks_ = 0;
  unsigned loops_ = 0;
  std::vector<std::thread> workers_;  // last: its threads use the rest
};

}  // namespace ssl::backends
