// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace unit {

/// Some of `Of` parts of a batch, for layers::batch_parts.
template <int Of, int... Part>
struct part_list {
  static constexpr int of = Of, count = sizeof...(Part);
  static constexpr int part(int k) {
    int const all[] = {Part...};
    return all[k];
  }
};

}  // namespace unit
