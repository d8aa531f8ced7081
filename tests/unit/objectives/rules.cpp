// SPDX-License-Identifier: Apache-2.0
// The rules by which objectives carry their states on, on small numbers.
#include <doctest/doctest.h>

#include <vector>

#include "ssl/backends/reference/reference.hpp"
#include "ssl/objectives/detail/enqueue.hpp"
#include "ssl/objectives/dino.hpp"

namespace {

using namespace ssl;
using numbers = std::vector<double>;
using env = environment<backends::reference, double>;

template <class Rule, shape State, shape X, class Options = int>
numbers after(numbers state, numbers const& x, update_time now, Options const& options = {}) {
  backends::reference::context c;
  Rule::template run<env, State, X>(c, options, now, state.data(), x.data());
  return state;
}

TEST_CASE("a queue takes rows of length 1 in the place of the oldest, by batches and not by steps") {
  using rule = objectives::detail::enqueue<>;
  constexpr shape queue{.n = 4, .c = 2}, keys{.n = 2, .c = 2};
  numbers const empty{9, 9, 9, 9, 9, 9, 9, 9}, x{3, 4, 0, -2};
  CHECK(after<rule, queue, keys>(empty, x, {.step = 0, .batch = 0}) == numbers{0.6, 0.8, 0, -1, 9, 9, 9, 9});
  CHECK(after<rule, queue, keys>(empty, x, {.step = 0, .batch = 1}) == numbers{9, 9, 9, 9, 0.6, 0.8, 0, -1});
  CHECK(after<rule, queue, keys>(empty, x, {.step = 1, .batch = 2}) == numbers{0.6, 0.8, 0, -1, 9, 9, 9, 9});
}

TEST_CASE("a queue of no multiple of the batch drops what does not fit before its end") {
  using rule = objectives::detail::enqueue<>;
  constexpr shape queue{.n = 3, .c = 1}, keys{.n = 2, .c = 1};
  CHECK(after<rule, queue, keys>({9, 9, 9}, {5, -5}, {.batch = 1}) == numbers{9, 9, 1});
  CHECK(after<rule, queue, keys>({9, 9, 9}, {5, -5}, {.batch = 2}) == numbers{1, -1, 9});
}

TEST_CASE("a queue with a part for each of the first two views of four") {
  using rule = objectives::detail::enqueue<2, 4>;
  constexpr shape queue{.n = 4, .c = 1}, views{.n = 4, .c = 1};
  CHECK(after<rule, queue, views>({9, 9, 9, 9}, {1, -1, 7, 7}, {.batch = 0}) == numbers{1, 9, -1, 9});
  CHECK(after<rule, queue, views>({9, 9, 9, 9}, {1, -1, 7, 7}, {.batch = 1}) == numbers{9, 1, 9, -1});
}

TEST_CASE("a centre follows the mean of the teacher's rows with the momentum of the step") {
  using dino = objectives::dino<objectives::dino_config{.prototypes = 2, .local_views = 0}>;
  dino::options const o{.centre_momentum = linear_ramp{.from = 0.5, .to = 0.75, .steps = 1}};
  constexpr shape centre{.c = 2}, rows{.n = 2, .c = 2};
  CHECK(after<objectives::detail::follow, centre, rows>({2, 0}, {1, 4, 3, 8}, {.step = 0}, o) == numbers{2, 3});
  CHECK(after<objectives::detail::follow, centre, rows>({2, 0}, {1, 4, 3, 8}, {.step = 5}, o) == numbers{2, 1.5});
}

}  // namespace
