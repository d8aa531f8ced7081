// SPDX-License-Identifier: Apache-2.0
#include "ssl/pipeline/memory.hpp"

#include <doctest/doctest.h>

#include "objectives/moving_target.hpp"
#include "objectives/queue.hpp"
#include "objectives/shared_mask.hpp"
#include "objectives/tiny.hpp"
#include "ssl/objectives/simclr.hpp"
#include "unit/pipeline/arrays.hpp"

namespace {

using namespace tiny;
using ssl::index;

/// The reference, which notes every request for memory.
struct counting : backends::reference {
  struct context : backends::reference::context {
    std::vector<index> requests;
    int released = 0;
  };
  static void* allocate(context& c, index bytes) {
    c.requests.push_back(bytes);
    return host_memory::allocate(c, bytes);
  }
  static void release(context& c, void* memory) {
    ++c.released;
    host_memory::release(c, memory);
  }
};

template <class Objective, class Encoder, class Augmentation, class Scalar>
void expect_one_allocation() {
  using r = run<Objective, Encoder, Augmentation, counting, Scalar>;
  counting::context c;
  {
    pipeline<r> p(c);
    testing::random_batches<r> batches(p.options());
    for (int i = 0; i < 3; ++i) p.step(batches.next());
    REQUIRE(c.requests.size() == 1);
    CHECK(c.requests[0] == memory_of<r>.bytes);
    CHECK(c.released == 0);
  }
  CHECK(c.released == 1);
}

using simclr = objectives::simclr<objectives::simclr_config{.hidden = 5, .output = 4}>;

TEST_CASE_TEMPLATE("a pipeline allocates once, exactly the bytes of its plan", T, float, double) {
  expect_one_allocation<simclr, convnet, two_views, T>();
  expect_one_allocation<moving_target<average_moves::before_forward>, vit, two_views, T>();
  expect_one_allocation<queued_keys<7, 5>, unit_mlp, two_views, T>();
  expect_one_allocation<masked_pixels, pixel_embedding, shuffled_tokens<16>, T>();
}

TEST_CASE("the arrays follow one another without overlap, on boundaries of 64 bytes") {
  using r = run<queued_keys<7, 5>, unit_mlp>;
  constexpr auto const& m = memory_of<r>;
  constexpr index scalar = sizeof(double);
  index const begin[] = {m.parameters, m.gradients, m.slots,   m.averages, m.buffers, m.average_buffers, m.states, m.losses,
                         m.scratch,    m.integers,  m.staging, m.arena,    m.bytes};
  for (std::size_t i = 0; i + 1 < std::size(begin); ++i) {
    CHECK(begin[i] % 64 == 0);
    CHECK(begin[i] <= begin[i + 1]);
  }
  CHECK(m.gradients - m.parameters >= pipeline<r>::elements(array::parameters) * scalar);
  CHECK(m.losses - m.states >= 7 * 5 * scalar);
  CHECK(m.bytes - m.arena >= plan_of<r>.arena * scalar);
  CHECK(m.arena - m.staging >= 2 * 3 * 4 * 4 * 2 * index{sizeof(float)});  // views arrive as float
  CHECK(memory_of<run<simclr, convnet, two_views, backends::reference, float>>.staging ==
        memory_of<run<simclr, convnet, two_views, backends::reference, float>>.arena);
}

}  // namespace
