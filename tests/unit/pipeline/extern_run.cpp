// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "unit/pipeline/arrays.hpp"
#include "unit/pipeline/shared_run.hpp"

namespace {

/// The same run under a name that no other file compiles.
struct own_run : shared_run {};

TEST_CASE("a pipeline that another file compiles trains as one that this file compiles") {
  ssl::backends::reference::context c;
  ssl::pipeline<shared_run> theirs(c);
  ssl::pipeline<own_run> ours(c);
  ssl::testing::random_batches<own_run> batches(ours.options(), 2);
  for (int i = 0; i < 2; ++i) {
    ssl::batch_input const& batch = batches.next();
    CHECK(theirs.step(batch) == ours.step(batch));
  }
  CHECK(values(theirs, ssl::array::parameters) == values(ours, ssl::array::parameters));
  CHECK(theirs.exported().parameters == ours.exported().parameters);
}

}  // namespace
