// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <zlib.h>

#include "ssl/core/error.hpp"

namespace ssl::data::detail {

/// Content of a gzip file, or the bytes of any other, by zlib.
class gzip_stream {
 public:
  explicit gzip_stream(std::string const& path) : path_(path) {
    errno = 0;
    stream_.reset(gzopen(path.c_str(), "rb"));
    if (!stream_)
      throw file_error(701, path_, -1, "cannot be opened: " + std::string(errno ? std::strerror(errno) : "out of memory"));
    gzbuffer(stream_.get(), 1 << 17);
  }

  /// Reads up to `count` bytes; fewer only where the content ends.
  index read(void* to, index count) {
    index done = 0;
    while (done < count) {
      unsigned const part = static_cast<unsigned>(std::min<index>(count - done, 1 << 24));
      int const got = gzread(stream_.get(), static_cast<char*>(to) + done, part);
      if (got < static_cast<int>(part)) check();
      if (got <= 0) break;
      done += got;
    }
    return done;
  }

 private:
  void check() {
    int code = Z_OK;
    char const* const text = gzerror(stream_.get(), &code);
    index const place = static_cast<index>(gzoffset(stream_.get()));
    if (code == Z_ERRNO) throw file_error(701, path_, place, "cannot be read: " + std::string(std::strerror(errno)));
    if (code == Z_BUF_ERROR)
      throw file_error(702, path_, place, "expected more of the gzip stream, found the end of the file" + after());
    if (code < 0)
      throw file_error(702, path_, place, "expected an intact gzip stream, found damage (" + std::string(text) + ")" + after());
  }
  std::string after() const { return ", after " + std::to_string(gztell(stream_.get())) + " bytes of content"; }

  struct close {
    void operator()(gzFile_s* f) const { gzclose_r(f); }
  };
  std::string path_;
  std::unique_ptr<gzFile_s, close> stream_;
};

}  // namespace ssl::data::detail
