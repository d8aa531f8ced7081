// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <atomic>
#include <mutex>

#include <signal.h>

#include "ssl/training/progress.hpp"

namespace ssl::training {

/// An observer that ends a training cleanly on Ctrl-C (SIGINT) or SIGTERM: the running step is finished, no further one is taken.
///
/// It takes the two signals over while it lives; the second one does what it did before, which as a rule ends the program at
/// once. A signal that the program ignores stays ignored (nohup). What came while it lives stops every training that it observes,
/// later ones too, so that a program of several trainings can be interrupted anywhere. Several may live at once, also in several
/// threads.
class stop_on_interrupt {
 public:
  stop_on_interrupt() {
    std::lock_guard const lock(mutex);
    if (living++ > 0) return;
    came = 0;
    for (taken& s : signals) take_over(s);
  }
  stop_on_interrupt(stop_on_interrupt const&) = delete;
  stop_on_interrupt& operator=(stop_on_interrupt const&) = delete;
  ~stop_on_interrupt() {
    std::lock_guard const lock(mutex);
    if (--living == 0) give_back();
  }

  void begin(progress& now) { step(now); }
  void step(progress& now) {
    if (interrupted()) now.stop = true;
  }

  /// The signal that came, or 0: what a program may want to report by its exit status, 128 + signal.
  int interrupted() const { return came; }

 private:
  struct taken {
    int number;
    bool ours;
    struct sigaction before;
  };

  static void take_over(taken& s) {
    sigaction(s.number, nullptr, &s.before);
    s.ours = s.before.sa_handler != SIG_IGN;
    if (!s.ours) return;
    struct sigaction action {};
    action.sa_handler = [](int number) {
      came = number;
      give_back();
    };
    action.sa_flags = SA_RESTART;  // a file being written by the program does not see an error
    for (taken const& other : signals) sigaddset(&action.sa_mask, other.number);
    sigaction(s.number, &action, nullptr);
  }

  /// Also called by the handler: sigaction is safe there, and what it reads was written before the handler was installed.
  static void give_back() {
    for (taken const& s : signals)
      if (s.ours) sigaction(s.number, &s.before, nullptr);
  }

  static inline std::mutex mutex;
  static inline int living = 0;
  static inline std::atomic<int> came = 0;
  static_assert(std::atomic<int>::is_always_lock_free);
  static inline taken signals[] = {{SIGINT, false, {}}, {SIGTERM, false, {}}};
};

}  // namespace ssl::training
