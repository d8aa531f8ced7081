// SPDX-License-Identifier: Apache-2.0
//
// A process from start to end: the program peer_startup, which lies beside this one.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

#include "peer_case.hpp"

namespace peer {

work startup(settings const& s) {
  if (!s.impl.empty() && s.impl != "step") return skip("one implementation: step");
  std::string const program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "peer_startup";
  if (!std::filesystem::exists(program)) return skip(program + " was not built");
  auto const peak_mb = std::make_shared<double>(0);
  auto const step = [=, threads = std::to_string(s.threads)]() mutable {
    std::string name = program;
    char* arguments[] = {name.data(), threads.data(), nullptr};
    pid_t child = 0;
    if (posix_spawn(&child, name.c_str(), nullptr, nullptr, arguments, environ) != 0)
      throw std::runtime_error("cannot start " + name);
    int status = 0;
    rusage usage{};
    if (wait4(child, &status, 0, &usage) < 0 || status != 0) throw std::runtime_error(name + " failed");
    *peak_mb = static_cast<double>(usage.ru_maxrss) / 1024;
  };
  return {.step = step, .agree = {}, .check = {}, .unit = "processes", .child_peak_mb = [peak_mb] { return *peak_mb; }};
}

}  // namespace peer
