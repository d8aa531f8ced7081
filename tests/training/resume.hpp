// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "objectives/tiny.hpp"
#include "ssl/io/checkpoint.hpp"
#include "ssl/testing/objective_check.hpp"
#include "unit/data/temporary_folder.hpp"

/// A training that goes on from a checkpoint gives the same bits as one that was never interrupted.
namespace resume {

using namespace ssl;

/// All bits of a training after so many steps, the losses of the last three among them.
template <class Run>
struct training {
  typename Run::backend::context context;
  pipeline<Run> p{context};
  testing::random_batches<Run> batches{run_options<Run>{}, 4};
  std::vector<double> bits;

  void skip(int steps) {
    for (int s = 0; s < steps; ++s) batches.next();
  }
  void take(int steps) {
    for (int s = 0; s < steps; ++s) bits.push_back(p.step(batches.next()));
  }
  std::vector<double> const& finish() {
    take(3);
    for (array const which : io::detail::checkpoint_arrays)
      for (auto const value : io::detail::read_array(p, which)) bits.push_back(value);
    return bits;
  }
};

template <class Run>
void expect_equal_bits(std::string const& what) {
  CAPTURE(what);
  temporary_folder const folder;
  training<Run> whole, first, second;
  first.take(3);
  io::save_checkpoint(first.p, folder / "c");
  CHECK(io::load_checkpoint(second.p, folder / "c").differences.empty());
  second.skip(3);
  whole.take(3);
  whole.bits.clear();
  std::vector<double> const& expected = whole.finish();
  CHECK(second.finish() == expected);
}

}  // namespace resume
