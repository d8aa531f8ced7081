// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <lzma.h>

#include "ssl/core/error.hpp"

namespace ssl::data::detail {

struct close_file {
  void operator()(std::FILE* f) const { std::fclose(f); }
};

/// Content of an xz file, by liblzma.
class xz_stream {
 public:
  /// Does the file begin as xz does? One that cannot be opened does not.
  static bool is_of(std::string const& path) {
    std::unique_ptr<std::FILE, close_file> const file(std::fopen(path.c_str(), "rbe"));
    char begin[6];
    return file && std::fread(begin, 1, 6, file.get()) == 6 &&
           std::memcmp(begin,
                       "\xFD"
                       "7zXZ",
                       6) == 0;
  }

  explicit xz_stream(std::string const& path)
      : path_(path), file_(std::fopen(path.c_str(), "rbe")), packed_(1 << 17), state_(new lzma_stream(LZMA_STREAM_INIT)) {
    if (!file_) throw file_error(701, path_, -1, "cannot be opened: " + std::string(std::strerror(errno)));
    constexpr std::uint64_t most_memory = std::uint64_t{1} << 29;  // xz -9 asks for an eighth of it
    check(lzma_stream_decoder(state_.get(), most_memory, LZMA_CONCATENATED));
  }

  /// Reads up to `count` bytes; fewer only where the content ends.
  index read(void* to, index count) {
    state_->next_out = static_cast<std::uint8_t*>(to);
    state_->avail_out = static_cast<std::size_t>(count);
    while (state_->avail_out > 0 && !ended_) {
      if (state_->avail_in == 0 && !file_ended_) refill();
      lzma_ret const result = lzma_code(state_.get(), file_ended_ ? LZMA_FINISH : LZMA_RUN);
      ended_ = result == LZMA_STREAM_END;
      if (!ended_) check(result);
    }
    return count - static_cast<index>(state_->avail_out);
  }

 private:
  void refill() {
    state_->next_in = packed_.data();
    state_->avail_in = std::fread(packed_.data(), 1, packed_.size(), file_.get());
    if (std::ferror(file_.get())) throw file_error(701, path_, place(), "cannot be read: " + std::string(std::strerror(errno)));
    file_ended_ = state_->avail_in < packed_.size();
  }

  index place() const { return static_cast<index>(state_->total_in); }

  void check(lzma_ret result) const {
    if (result == LZMA_OK) return;
    std::string const after = ", after " + std::to_string(state_->total_out) + " bytes of content";
    if (result == LZMA_BUF_ERROR)
      throw file_error(702, path_, place(), "expected more of the xz stream, found the end of the file" + after);
    char const* const what = result == LZMA_MEM_ERROR || result == LZMA_MEMLIMIT_ERROR ? "a need for more than 512 MB of memory"
                             : result == LZMA_OPTIONS_ERROR                            ? "a filter that liblzma does not know"
                                                                                       : "damage";
    throw file_error(702, path_, place(), std::string("expected an intact xz stream, found ") + what + after);
  }

  struct end_stream {
    void operator()(lzma_stream* s) const {
      lzma_end(s);
      delete s;
    }
  };
  std::string path_;
  std::unique_ptr<std::FILE, close_file> file_;
  std::vector<std::uint8_t> packed_;
  std::unique_ptr<lzma_stream, end_stream> state_;
  bool file_ended_ = false, ended_ = false;
};

}  // namespace ssl::data::detail
