// SPDX-License-Identifier: Apache-2.0
#include "ssl/backends/cpu/detail/thread_team.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace {

using ssl::index;
using ssl::backends::thread_team;

/// Runs a loop and says how often each task was done, and whether two tasks had one slot at the same time.
struct counted {
  explicit counted(int tasks, int threads) : times(static_cast<std::size_t>(tasks)), busy(static_cast<std::size_t>(threads)) {}

  void run(thread_team& team) {
    team.run(static_cast<index>(times.size()), [this](index i, int slot) {
      if (busy[static_cast<std::size_t>(slot)].exchange(true)) slots_are_own = false;
      ++times[static_cast<std::size_t>(i)];
      busy[static_cast<std::size_t>(slot)] = false;
    });
  }
  bool each_done(int count) const {
    for (int n : times)
      if (n != count) return false;
    return true;
  }
  std::vector<int> times;  // not atomic: run() has to make what the workers wrote visible
  std::vector<std::atomic<bool>> busy;
  std::atomic<bool> slots_are_own{true};
};

TEST_CASE("every task is done once, by teams of all sizes") {
  for (int const threads : {1, 2, 3, 8}) {
    thread_team team(threads);
    for (int const tasks : {0, 1, 2, 3, 31, 1000}) {
      CAPTURE(threads);
      CAPTURE(tasks);
      counted loop(tasks, threads);
      loop.run(team);
      CHECK(loop.each_done(1));
      CHECK(loop.slots_are_own);
    }
  }
}

TEST_CASE("many short loops, more threads than cores: the number of the loop wraps around") {
  thread_team team(4);
  counted loop(5, 4);
  constexpr int times = 40'000;
  for (int i = 0; i < times; ++i) loop.run(team);
  CHECK(loop.each_done(times));
  CHECK(loop.slots_are_own);
}

TEST_CASE("workers that fell asleep take part again") {
  thread_team team(2);
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::atomic<int> at_work{0};
    // The two tasks wait for each other: they end only if a worker takes one.
    team.run(2, [&](index, int) {
      ++at_work;
      while (at_work < 2) std::this_thread::yield();
    });
    CHECK(at_work == 2);
  }
}

}  // namespace
