// SPDX-License-Identifier: Apache-2.0
#include "ssl/core/plan.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "ssl/core/philox.hpp"

namespace {

using namespace ssl;

constexpr shape sixteen{.n = 1, .c = 16};

bool alive_together(tensor_record const& a, tensor_record const& b) { return a.first <= b.last && b.first <= a.last; }
bool overlap(tensor_record const& a, tensor_record const& b) {
  return a.offset < b.offset + b.elements && b.offset < a.offset + a.elements;
}

TEST_CASE("tensors are rounded up to blocks and live from first to last use") {
  auto r = std::make_unique<recorder>();
  int const t = r->new_tensor(17);
  CHECK(r->tensor[t].elements == 32);
  r->touch(t, 9), r->touch(t, 4), r->touch(t, 6);
  CHECK((r->tensor[t].first == 4 && r->tensor[t].last == 9));
  r->touch(-1, 3);  // no tensor: nothing
}

TEST_CASE("later operations come earlier in a backward pass, and passes follow each other") {
  CHECK(backward_time(0, 5) < backward_time(0, 4));
  CHECK(backward_time(0, 0) < backward_time(1, max_operations - 1));
  CHECK(backward_time(0, max_operations - 1) > max_operations);
}

TEST_CASE("memory is reused once a tensor is dead") {
  tensor_record t[3];
  t[0] = {.elements = 32, .first = 0, .last = 1};
  t[1] = {.elements = 16, .first = 1, .last = 2};
  t[2] = {.elements = 32, .first = 2, .last = 3};
  CHECK(place_tensors(t, 3) == 48);
  CHECK((t[0].offset == 0 && t[1].offset == 32 && t[2].offset == 0));
}

TEST_CASE("random plans: nothing that lives together overlaps, and reuse saves memory") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    draws d({.seed = seed});
    auto t = std::make_unique<tensor_record[]>(max_tensors);
    constexpr int count = 120;
    index total = 0, largest_moment = 0;
    for (int i = 0; i < count; ++i) {
      t[i].elements = block_elements * (1 + d.below(20));
      t[i].first = static_cast<int>(d.below(200)), t[i].last = t[i].first + static_cast<int>(d.below(40));
      total += t[i].elements;
    }
    index const arena = place_tensors(t.get(), count);
    bool sound = true;
    for (int i = 0; i < count; ++i)
      for (int j = 0; j < i; ++j) sound = sound && !(alive_together(t[i], t[j]) && overlap(t[i], t[j]));
    CHECK(sound);
    for (int time = 0; time < 240; ++time) {
      index needed = 0;
      for (int i = 0; i < count; ++i)
        if (t[i].first <= time && time <= t[i].last) needed += t[i].elements;
      largest_moment = needed > largest_moment ? needed : largest_moment;
    }
    CHECK(arena >= largest_moment);
    CHECK(arena < total / 2);
  }
}

TEST_CASE("an operation in place writes where its input was, unless backward reads the input again") {
  auto r = std::make_unique<recorder>();
  value in{sixteen, r->new_tensor(16), r->new_tensor(16), true};
  value const y = r->apply(requirements{.output = sixteen, .reads_output = true, .in_place = true}, in);
  CHECK(y.data == in.data);
  CHECK_FALSE(y.overwritable);  // its own backward reads it
  value const z = r->apply(requirements{.output = sixteen, .in_place = true}, y);
  CHECK(z.data != y.data);
  value const w = r->apply(requirements{.output = sixteen, .reads_input = true, .in_place = true}, z);
  CHECK(w.data != z.data);
}

TEST_CASE("what backward reads again lives until then") {
  auto r = std::make_unique<recorder>();
  value const in = r->new_value(sixteen, true);
  r->apply(requirements{.output = sixteen, .saved = 5, .workspace_forward = 3, .workspace_backward = 2, .reads_input = true}, in);
  CHECK(r->tensor[in.data].last == backward_time(0, 0));
  CHECK(r->tensor[r->op[0].saved].last == backward_time(0, 0));
  CHECK((r->tensor[r->op[0].workspace_forward].first == 0 && r->tensor[r->op[0].workspace_forward].last == 0));
  CHECK(r->tensor[r->op[0].workspace_backward].first == backward_time(0, 0));
}

TEST_CASE("without a backward pass there are no gradients, and nothing is kept") {
  auto r = std::make_unique<recorder>();
  r->keeps = false;
  value const in = r->new_value(sixteen, true);
  value const y = r->apply(requirements{.output = sixteen, .saved = 5, .reads_input = true}, in);
  CHECK((y.grad == -1 && r->op[0].saved == -1 && r->tensor[in.data].last == 0));
}

TEST_CASE("blocks carry their names and follow each other") {
  auto r = std::make_unique<recorder>();
  int const outside = r->enter("layer1");
  requirements want{.output = sixteen, .parameters = 2};
  want.parameter[0] = {.label = "weight", .rank = 2, .extents = {3, 7, 1, 1}};
  want.parameter[1] = {.label = "bias", .extents = {3, 1, 1, 1}, .kind = parameter_kind::bias};
  r->apply(want, r->new_value(sixteen, false));
  r->leave(outside);
  CHECK(r->parameters == 2);
  CHECK((r->parameter[0].offset == 0 && r->parameter[1].offset == 32 && r->parameter_elements == 48));
  CHECK(path_name(r->path_node, r->parameter[0].path, 0) == "layer1.weight");
  CHECK(path_name(r->path_node, r->parameter[1].path, 0) == "layer1.bias");
  CHECK(r->parameter[1].kind == parameter_kind::bias);
}

TEST_CASE("a place inside another tensor moves with it, and strides by the iteration") {
  tensor_record t[2];
  t[0] = {.elements = 64, .first = 0, .last = 5};
  t[1] = {.elements = 16, .first = 1, .last = 2, .target = 0, .target_at = 16, .stride = 16, .phase = 1, .mask = 1};
  t[0].offset = 128;
  slot const s = place_of(t, 1);
  CHECK((s.at(0) == 128 + 16 + 16 && s.at(1) == 128 + 16 && s.at(2) == 128 + 16 + 16));
  CHECK_FALSE(place_of(t, -1).exists());
}

TEST_CASE("too many tensors are reported, not written") {
  auto r = std::make_unique<recorder>();
  for (int i = 0; i < max_tensors; ++i) r->new_tensor(1);
  CHECK_FALSE(r->overflow);
  CHECK(r->new_tensor(1) == 0);
  CHECK(r->overflow);
}

}  // namespace
