// SPDX-License-Identifier: Apache-2.0
#include "ssl/training/stop_on_interrupt.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace ssl::training;

int handled = 0;
void program_handler(int) { ++handled; }

/// Installs a handler of the program, and puts back what was there.
struct program_handles {
  explicit program_handles(int number, void (*handler)(int) = program_handler) : number(number) {
    handled = 0;
    before = signal(number, handler);
  }
  ~program_handles() { signal(number, before); }
  int number;
  void (*before)(int);
};

void (*handler_of(int number))(int) {
  struct sigaction now {};
  sigaction(number, nullptr, &now);
  return now.sa_handler;
}

TEST_CASE("the first signal asks to stop, the second is the program's own") {
  for (int const number : {SIGINT, SIGTERM}) {
    CAPTURE(number);
    program_handles const program(number);
    {
      stop_on_interrupt observer;
      progress now;
      observer.begin(now);
      observer.step(now);
      CHECK(!now.stop);
      raise(number);
      CHECK(handled == 0);
      observer.step(now);
      CHECK(now.stop);
      CHECK(observer.interrupted() == number);
      raise(number);
      CHECK(handled == 1);
    }
    CHECK((handler_of(number) == program_handler));
  }
}

TEST_CASE("a second signal of the other kind is the program's own too") {
  program_handles const interrupt(SIGINT), terminate(SIGTERM);
  stop_on_interrupt observer;
  raise(SIGINT);
  raise(SIGTERM);
  CHECK(handled == 1);
}

TEST_CASE("what came stops later trainings of the same observer, and is forgotten after it") {
  program_handles const program(SIGINT);
  {
    stop_on_interrupt observer;
    raise(SIGINT);
    progress later;
    observer.begin(later);
    CHECK(later.stop);
  }
  stop_on_interrupt another;
  progress now;
  another.begin(now);
  CHECK(!now.stop);
  CHECK(another.interrupted() == 0);
}

TEST_CASE("several live at once: all see the signal, the last puts the handlers back") {
  program_handles const program(SIGINT);
  {
    stop_on_interrupt outer;
    { stop_on_interrupt inner; }
    CHECK((handler_of(SIGINT) != program_handler));
    raise(SIGINT);
    CHECK(outer.interrupted() == SIGINT);
  }
  CHECK((handler_of(SIGINT) == program_handler));
}

TEST_CASE("an ignored signal stays ignored") {
  program_handles const program(SIGINT, SIG_IGN);
  stop_on_interrupt observer;
  CHECK((handler_of(SIGINT) == SIG_IGN));
}

// The thread sanitizer delivers no signal to the child of a program that has threads.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CHILD_GETS_NO_SIGNAL 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(CHILD_GETS_NO_SIGNAL)
constexpr bool child_gets_signals = false;
#else
constexpr bool child_gets_signals = true;
#endif

TEST_CASE("where the program has no handler the second signal ends it" * doctest::skip(!child_gets_signals)) {
  pid_t const child = fork();
  if (child == 0) {
    signal(SIGINT, SIG_DFL);
    stop_on_interrupt observer;
    raise(SIGINT);
    raise(SIGINT);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGINT);
}

}  // namespace
