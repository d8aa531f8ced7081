// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ssl/pipeline/pipeline.hpp"
#include "ssl/testing/objective_check.hpp"

/// A whole array of a pipeline, on the host.
template <class Pipeline>
std::vector<typename Pipeline::scalar> values(Pipeline& p, ssl::array which) {
  std::vector<typename Pipeline::scalar> all(static_cast<std::size_t>(p.elements(which)));
  p.read(which, all.data());
  return all;
}

/// The elements of one block, by its full name.
template <class Run>
std::vector<typename Run::scalar> block(ssl::pipeline<Run>& p, ssl::array which, ssl::block_set set, std::string const& name) {
  std::vector<typename Run::scalar> const all = values(p, which);
  for (ssl::block_info const& b : ssl::inventory<Run>(set))
    if (b.name == name) return {all.begin() + b.offset, all.begin() + b.offset + b.elements};
  return {};
}
