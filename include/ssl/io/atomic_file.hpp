// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "ssl/core/error.hpp"

namespace ssl::io {

/// A file that appears whole or not at all: written aside in the same folder, synced, renamed by commit().
///
/// Until then, and whenever something fails, a file of that name stays as it was, and nothing is left beside it.
/// Errors  E707 (the folder cannot be written, the device is full, ...)
class atomic_file {
 public:
  explicit atomic_file(std::string const& path) : path_(path) {
    static std::atomic<unsigned> count = 0;
    aside_ = path + ".partial-" + std::to_string(getpid()) + "-" + std::to_string(count++);
    descriptor_ = ::open(aside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail("cannot be written in this folder");
  }
  atomic_file(atomic_file const&) = delete;
  atomic_file& operator=(atomic_file const&) = delete;
  ~atomic_file() { drop(); }

  void write(void const* from, index bytes) {
    char const* next = static_cast<char const*>(from);
    while (bytes > 0) {
      ssize_t const done = ::write(descriptor_, next, static_cast<std::size_t>(bytes));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) fail("cannot be written");
      next += done;
      bytes -= done;
      written_ += done;
    }
  }

  /// The file is on the device, under its name, when this returns.
  void commit() {
    if (::fsync(descriptor_) != 0) fail("cannot be brought to the device");
    if (::close(std::exchange(descriptor_, -1)) != 0) fail("cannot be closed");
    if (std::rename(aside_.c_str(), path_.c_str()) != 0) fail("cannot be renamed from " + aside_);
    aside_.clear();
    sync_folder();
  }

 private:
  [[noreturn]] void fail(std::string const& what) {
    int const error = errno;
    drop();
    bool const full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    throw file_error(
        707, path_, written_ > 0 ? written_ : -1,
        what + ": " + std::strerror(error) + (full ? "; free some space" : "; choose another folder, or mend this one"));
  }

  void drop() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    if (!aside_.empty()) ::unlink(aside_.c_str());
    aside_.clear();
  }

  /// Makes the new name durable; a file system that cannot sync a folder keeps its own promises.
  void sync_folder() const {
    std::string const folder = std::filesystem::path(path_).parent_path().string();
    int const descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
  }

  std::string path_, aside_;
  int descriptor_ = -1;
  index written_ = 0;
};

/// Removes what programs that were killed while they wrote have left beside the files of a folder whose names begin so.
inline void remove_leftovers(std::string const& folder, std::string const& name_begin) {
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator(folder, ignored)) {
    std::string const name = entry.path().filename().string();
    std::size_t const mark = name.find(".partial-");
    if (!name.starts_with(name_begin) || mark == std::string::npos) continue;
    int const writer = std::atoi(name.c_str() + mark + std::strlen(".partial-"));
    if (writer > 0 && ::kill(writer, 0) != 0 && errno == ESRCH) std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace ssl::io
