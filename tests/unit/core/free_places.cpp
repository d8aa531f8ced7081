// SPDX-License-Identifier: Apache-2.0
#include "ssl/core/detail/free_places.hpp"

#include <doctest/doctest.h>

#include "ssl/core/plan.hpp"

using namespace ssl;

TEST_CASE("the lowest gap that is large enough is taken") {
  detail::free_places<8> p;
  CHECK((p.take(16) == 0 && p.take(32) == 16 && p.take(16) == 48 && p.take(48) == 64 && p.take(16) == 112));
  p.give_back(16, 32), p.give_back(64, 48);
  CHECK(p.take(48) == 64);
  CHECK((p.take(16) == 16 && p.take(16) == 32));
  CHECK(p.take(16) == 128);
  CHECK(p.peak() == 144);
}

TEST_CASE("places that are given back join their neighbours, and the height falls") {
  detail::free_places<8> p;
  for (index at = 0; at < 80; at += 16) CHECK(p.take(16) == at);
  p.give_back(0, 16), p.give_back(32, 16), p.give_back(16, 16);  // joins both sides
  CHECK(p.take(48) == 0);
  p.give_back(48, 16), p.give_back(64, 16);  // the second one reaches the height, and the gap below it goes too
  CHECK(p.take(64) == 48);
  CHECK(p.peak() == 112);
}

TEST_CASE("values that wait for their backward pass take no more than their sum and two gradients") {
  constexpr int depth = 40;
  tensor_record t[2 * depth];
  for (int k = 0; k < depth; ++k) {
    t[2 * k] = {.elements = 16 * (k + 1), .first = k, .last = backward_time(0, k)};
    t[2 * k + 1] = {.elements = 16 * (k + 1), .first = backward_time(0, k + 1), .last = backward_time(0, k)};
  }
  index values = 0;
  for (int k = 0; k < depth; ++k) values += t[2 * k].elements;
  index const arena = place_tensors(t, 2 * depth);
  CHECK(arena >= values + 16 * depth);
  CHECK(arena <= values + 2 * 16 * depth);
}
