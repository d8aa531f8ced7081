// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ssl/core/join.hpp"
#include "ssl/core/macros.hpp"
#include "ssl/core/parameter.hpp"

namespace ssl {

/// One named block of the flat arrays, with the blocks of a repeat written out.
struct block_info {
  std::string name;    ///< with its role: "encoder.layer1.0.conv1.weight"
  index offset = 0;    ///< in the flat array
  index elements = 0;
  int rank = 1;
  int extents[4] = {1, 1, 1, 1};
  parameter_kind kind = parameter_kind::weight;
  initializer initial{};
};

/// Writes out a table of records; `prefix` ends with a dot or is empty.
PRETEXT_NOINLINE inline void list_blocks(std::vector<block_info>& list, std::string const& prefix, block_record const* block,
                                         int count, path_record const* path, index base) {
  for (int i = 0; i < count; ++i)
    for (int t = 0; t < block[i].times; ++t) {
      block_record const& b = block[i];
      block_info info{.name = join({prefix, path_name(path, b.path, t).text}), .offset = base + b.offset + t * b.stride, .elements = b.elements(),
                      .rank = b.rank, .extents = {b.extents[0], b.extents[1], b.extents[2], b.extents[3]}, .kind = b.kind, .initial = b.initial};
      list.push_back(std::move(info));
    }
}

}  // namespace ssl
