// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <zlib.h>

#include "ssl/core/error.hpp"

namespace ssl::data {

/// A file read from front to back; one that is compressed by gzip gives its content, any other its bytes.
///
/// Memory grows with what the file really holds, never with what its header claims, and never beyond what the caller asks for:
/// a few compressed bytes cannot fill the machine.
///
/// Errors  E701 (cannot be opened or read), E702 (damaged or cut compressed stream)
class gzip_file {
 public:
  explicit gzip_file(std::string const& path) : path_(path) {
    errno = 0;
    stream_.reset(gzopen(path.c_str(), "rb"));
    if (!stream_)
      throw file_error(701, path_, -1, "cannot be opened: " + std::string(errno ? std::strerror(errno) : "out of memory"));
    gzbuffer(stream_.get(), 1 << 17);
  }

  std::string const& path() const { return path_; }
  /// Bytes of content read so far.
  index offset() const { return offset_; }

  /// Reads up to `count` bytes of content; fewer only where the content ends.
  index read(void* to, index count) {
    index done = 0;
    while (done < count) {
      unsigned const part = static_cast<unsigned>(std::min<index>(count - done, 1 << 24));
      int const got = gzread(stream_.get(), static_cast<char*>(to) + done, part);
      if (got < static_cast<int>(part)) check();
      if (got <= 0) break;
      done += got;
      offset_ += got;
    }
    return done;
  }

  /// The next bytes of content, at most `limit`; fewer only where the content ends.
  std::vector<std::uint8_t> take(index limit) {
    std::vector<std::uint8_t> bytes;
    index have = 0;
    while (have < limit) {
      index const wanted = std::min(limit, std::max<index>(index{1} << 20, 2 * have));
      bytes.resize(static_cast<std::size_t>(wanted));
      have += read(bytes.data() + have, wanted - have);
      if (have < wanted) break;
    }
    bytes.resize(static_cast<std::size_t>(have));
    return bytes;
  }

 private:
  void check() {
    int code = Z_OK;
    char const* const text = gzerror(stream_.get(), &code);
    index const place = static_cast<index>(gzoffset(stream_.get()));
    std::string const after = ", after " + std::to_string(offset_) + " bytes of content";
    if (code == Z_ERRNO) throw file_error(701, path_, place, "cannot be read: " + std::string(std::strerror(errno)));
    if (code == Z_BUF_ERROR)
      throw file_error(702, path_, place, "expected more of the gzip stream, found the end of the file" + after);
    if (code < 0)
      throw file_error(702, path_, place, "expected an intact gzip stream, found damage (" + std::string(text) + ")" + after);
  }

  struct close {
    void operator()(gzFile_s* f) const { gzclose_r(f); }
  };
  std::string path_;
  std::unique_ptr<gzFile_s, close> stream_;
  index offset_ = 0;
};

}  // namespace ssl::data
