// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/data/detail/gzip_stream.hpp"
#include "ssl/data/detail/xz_stream.hpp"

namespace ssl::data {

/// A file read from front to back; one that is compressed by gzip or xz gives its content, any other its bytes. How it is
/// compressed is seen by its first bytes, whatever its name.
///
/// Memory grows with what the file really holds, never with what its header claims, and never beyond what the caller asks for:
/// a few compressed bytes cannot fill the machine.
///
/// Errors  E701 (cannot be opened or read), E702 (damaged or cut compressed stream)
class compressed_file {
 public:
  explicit compressed_file(std::string const& path) : path_(path), stream_(open(path)) {}

  std::string const& path() const { return path_; }
  /// Bytes of content read so far.
  index offset() const { return offset_; }

  /// Reads up to `count` bytes of content; fewer only where the content ends.
  index read(void* to, index count) {
    index const got = std::visit([&](auto& stream) { return stream.read(to, count); }, stream_);
    offset_ += got;
    return got;
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
  using stream = std::variant<detail::gzip_stream, detail::xz_stream>;
  static stream open(std::string const& path) {
    if (detail::xz_stream::is_of(path)) return detail::xz_stream(path);
    return detail::gzip_stream(path);
  }

  std::string path_;
  stream stream_;
  index offset_ = 0;
};

}  // namespace ssl::data
