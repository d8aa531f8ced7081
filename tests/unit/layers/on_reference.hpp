// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include "ssl/backends/reference/reference.hpp"
#include "ssl/testing/network.hpp"

namespace unit {

template <class Network, ssl::shape In, ssl::execution How = ssl::execution{}>
using on_reference = ssl::testing::single_network<Network, In, ssl::backends::reference, double, How>;

using numbers = std::vector<double>;

inline bool close(numbers const& found, numbers const& expected, double tolerance = 1e-12) {
  if (found.size() != expected.size()) return false;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!(std::abs(found[i] - expected[i]) <= tolerance)) return false;
  return true;
}

/// "name extents" of every block, in order: "conv1.weight 4x3x3x2".
inline std::vector<std::string> listed(std::vector<ssl::block_info> const& blocks) {
  std::vector<std::string> lines;
  for (ssl::block_info const& b : blocks) {
    std::string line = b.name + " " + std::to_string(b.extents[0]);
    for (int i = 1; i < b.rank; ++i) line += "x" + std::to_string(b.extents[i]);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace unit
