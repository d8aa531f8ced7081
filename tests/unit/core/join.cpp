// SPDX-License-Identifier: Apache-2.0
#include "ssl/core/join.hpp"

#include <doctest/doctest.h>

TEST_CASE("join: pieces of every kind, in order") {
  std::string const number = std::to_string(7);
  CHECK(ssl::join({"step ", number, std::string_view("-8", 2), "", "."}) == "step 7-8.");
  CHECK(ssl::join({}).empty());
}
