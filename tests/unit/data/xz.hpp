// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <lzma.h>

#include "unit/data/temporary_folder.hpp"

inline void write_xz(std::string const& path, file_bytes const& content) {
  file_bytes packed(lzma_stream_buffer_bound(content.size()));
  std::size_t size = 0;
  REQUIRE(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr, content.data(), content.size(), packed.data(), &size,
                                  packed.size()) == LZMA_OK);
  packed.resize(size);
  write_bytes(path, packed);
}
