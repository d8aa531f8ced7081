// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ssl/core/block_list.hpp"
#include "ssl/pipeline/arrays.hpp"
#include "ssl/pipeline/memory.hpp"

namespace ssl {

/// All blocks of a run, role by role.
template <class Run>
std::vector<block_info> inventory(block_set set) {
  using memory = run_memory<Run>;
  std::vector<block_info> list;
  for_each_index<memory::roles>([&]<int Role>() {
    if constexpr (memory::template applied<Role>) {
      auto const& t = memory::template table<Role>();
      role_range const r = memory::range_table.role[Role];
      std::string const prefix = std::string(memory::template name<Role>.text) + ".";
      if (set == block_set::parameters)
        list_blocks(list, prefix, t.parameter, t.parameters, t.path, r.parameter);
      else
        list_blocks(list, prefix, t.buffer, t.buffers, t.path, r.buffer);
    }
  });
  return list;
}

}  // namespace ssl
