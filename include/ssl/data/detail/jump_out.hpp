// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <csetjmp>
#include <cstdio>

namespace ssl::data::detail {

/// How the C libraries of codecs end a call that fails: they jump out of it, and may do so from below any of their functions.
///
/// What is called inside run() must create nothing that has a destructor.
class jump_out {
 public:
  template <class Calls>
  bool run(Calls const& calls) {
    if (setjmp(place_) != 0) return false;
    calls();
    return true;
  }
  [[noreturn]] void jump() { std::longjmp(place_, 1); }
  [[noreturn]] void jump(char const* why) {
    std::snprintf(why_, sizeof why_, "%s", why);
    jump();
  }
  char* why() { return why_; }  // of a size that libjpeg asks for

 private:
  std::jmp_buf place_;
  char why_[200] = "";
};

}  // namespace ssl::data::detail
